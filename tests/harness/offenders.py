"""Resources that should not be open, each with something legitimate beside."""

import json
import uuid

from .stack import ACCOUNT, REGION

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"
AUTHENTICATED_USERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"
LOG_DELIVERY = "http://acs.amazonaws.com/groups/s3/LogDelivery"
OTHER_ACCOUNT = "a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90"


def bucket(s3, name=None):
    name = name or f"curfew-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}, ObjectOwnership="ObjectWriter"
    )
    return name


def grant(permission, uri=None, user=None):
    grantee = {"Type": "Group", "URI": uri} if uri else {"Type": "CanonicalUser", "ID": user}
    return {"Grantee": grantee, "Permission": permission}


def set_grants(s3, name, *grants):
    """Adds grants to the owner's FULL_CONTROL, in the order given."""
    owner = s3.get_bucket_acl(Bucket=name)["Owner"]
    own = grant("FULL_CONTROL", user=owner["ID"])
    s3.put_bucket_acl(Bucket=name, AccessControlPolicy={"Owner": owner, "Grants": [own, *grants]})


def open_bucket(s3):
    """A bucket that everybody may list."""
    name = bucket(s3)
    set_grants(s3, name, grant("READ", ALL_USERS))
    return name


def grants_of(s3, name):
    """(permission, grantee) of each grant, sorted, with groups by their last word."""
    grants = s3.get_bucket_acl(Bucket=name)["Grants"]
    return sorted(
        (g["Permission"], g["Grantee"].get("URI", "").rsplit("/", 1)[-1] or g["Grantee"].get("ID", "")) for g in grants
    )


def public_policy(name):
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "LogDelivery",
                "Effect": "Allow",
                "Principal": {"Service": "logging.s3.amazonaws.com"},
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{name}/logs/*",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            },
            {
                "Sid": "Website",
                "Effect": "Allow",
                "Principal": "*",
                "Action": "s3:GetObject",
                "Resource": f"arn:aws:s3:::{name}/*",
            },
        ],
    }


def set_policy(s3, name, policy):
    s3.put_bucket_policy(Bucket=name, Policy=policy if isinstance(policy, str) else json.dumps(policy))


def group(ec2, name=None):
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    name = name or f"curfew-{uuid.uuid4().hex[:12]}"
    return ec2.create_security_group(GroupName=name, Description="A group to look at", VpcId=vpc)["GroupId"]


def permission(protocol, ports, v4=(), v6=(), groups=()):
    entry = {"IpProtocol": protocol}
    if ports is not None:
        entry["FromPort"], entry["ToPort"] = ports if isinstance(ports, tuple) else (ports, ports)
    entry["IpRanges"] = [{"CidrIp": cidr, "Description": text} for cidr, text in v4]
    entry["Ipv6Ranges"] = [{"CidrIpv6": cidr, "Description": text} for cidr, text in v6]
    entry["UserIdGroupPairs"] = [{"GroupId": other} for other in groups]
    return entry


def rules_of(ec2, group_id, egress=False):
    """Every rule of a group by its id, with what makes it up."""
    pages = ec2.get_paginator("describe_security_group_rules").paginate(
        Filters=[{"Name": "group-id", "Values": [group_id]}]
    )
    return {
        rule["SecurityGroupRuleId"]: (
            rule["IpProtocol"],
            rule.get("FromPort"),
            rule.get("ToPort"),
            rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("ReferencedGroupInfo", {}).get("GroupId"),
        )
        for page in pages
        for rule in page["SecurityGroupRules"]
        if rule["IsEgress"] == egress
    }


def tags_of(ec2, group_id):
    return {t["Key"]: t["Value"] for t in ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0].get("Tags", [])}
