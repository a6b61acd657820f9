"""What the stand-in answers about an account: S3's, EC2's and STS's own words, made once and kept."""

import urllib.parse
from functools import cached_property
from typing import NamedTuple

import botocore.session

from bench.raw import answer_of

from .account import ACCOUNT, OWNER, REGION, SUBNET, VPC

EC2 = "http://ec2.amazonaws.com/doc/2016-11-15/"
S3 = "http://s3.amazonaws.com/doc/2006-03-01/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
PAGE = 1_000
# What S3 says of a bucket that has none of it, by the subresource that is asked for.
NONE = {
    "tagging": "NoSuchTagSet", "policy": "NoSuchBucketPolicy", "policyStatus": "NoSuchBucketPolicy", "website": "NoSuchWebsiteConfiguration",
    "replication": "ReplicationConfigurationNotFoundError", "lifecycle": "NoSuchLifecycleConfiguration",
    "publicAccessBlock": "NoSuchPublicAccessBlockConfiguration", "object-lock": "ObjectLockConfigurationNotFoundError",
    "ownershipControls": "OwnershipControlsNotFoundError", "cors": "NoSuchCORSConfiguration",
}
NO_ORGANIZATION = answer_of(400, '{"__type":"AWSOrganizationsNotInUseException","Message":"there is none"}', "application/x-amz-json-1.1")
PLAIN = {"versioning": "VersioningConfiguration", "logging": "BucketLoggingStatus", "notification": "NotificationConfiguration"}


class Unknown(Exception):
    """Nobody taught the stand-in this call."""


class Asked(NamedTuple):
    """A request. `path` is a whole address where a proxy is asked, `target` the call's name in the protocols of JSON."""

    method: str
    path: str
    target: str
    body: bytes


class Answers:
    """Each call's name, and its answer as it goes over the wire."""

    def __init__(self, account):
        self.account = account

    def to(self, asked):
        """(name, answer)."""
        address = urllib.parse.urlsplit(asked.path)
        where, about = address.path, urllib.parse.parse_qs(address.query, keep_blank_values=True)
        if asked.target == "AWSOrganizationsV20161128.DescribeAccount":
            return "organizations:DescribeAccount", NO_ORGANIZATION
        if asked.method == "POST" and asked.body.startswith(b"Action="):
            return self._of_form({key: values[0] for key, values in urllib.parse.parse_qs(asked.body.decode()).items()})
        if asked.method == "GET" and where.startswith("/v20180820/"):
            return self._of_control(where)
        if asked.method == "GET" and where == "/":
            return "s3:ListBuckets", self._buckets()
        if asked.method == "GET" and where.strip("/") in self._known:
            return self._of_bucket(where.strip("/"), next(iter(about), ""))
        raise Unknown(f"{asked.method} {asked.path} {asked.target}")

    @cached_property
    def _known(self):
        return set(self.account.buckets)

    def _buckets(self):
        buckets = "".join(
            f"<Bucket><Name>{name}</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate><BucketRegion>{REGION}</BucketRegion></Bucket>"
            for name in self.account.buckets
        )
        return answer_of(200, f'<ListAllMyBucketsResult xmlns="{S3}"><Owner><ID>{OWNER}</ID></Owner><Buckets>{buckets}</Buckets></ListAllMyBucketsResult>')

    def _of_bucket(self, bucket, about):
        name = f"s3:GET ?{about}"
        if about in ("acl", "location", "encryption", "policy"):
            return name, {"acl": self._acl, "location": self._location, "encryption": self._encryption, "policy": self._policy}[about](bucket)
        if about == "policyStatus" and self.account.policy(bucket):
            is_public = str(bucket in self.account.public_policies).lower()
            return name, answer_of(200, f'<PolicyStatus xmlns="{S3}"><IsPublic>{is_public}</IsPublic></PolicyStatus>')
        if about == "publicAccessBlock" and not self.account.is_open(bucket):
            return name, answer_of(200, block(S3))
        if about == "ownershipControls" and bucket not in self.account.public_acls:
            rule = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
            return name, answer_of(200, f'<OwnershipControls xmlns="{S3}">{rule}</OwnershipControls>')
        if about in PLAIN:
            return name, answer_of(200, f'<{PLAIN[about]} xmlns="{S3}"/>')
        if about not in NONE:
            raise Unknown(f"GET /{bucket}?{about}")
        return name, s3_error(NONE[about])

    def _acl(self, bucket):
        grants = f'<Grant><Grantee xmlns:xsi="{XSI}" xsi:type="CanonicalUser"><ID>{OWNER}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>'
        if public := self.account.public_grant(bucket):
            permission, uri = public
            grants += f'<Grant><Grantee xmlns:xsi="{XSI}" xsi:type="Group"><URI>{uri}</URI></Grantee><Permission>{permission}</Permission></Grant>'
        return answer_of(200, f'<AccessControlPolicy xmlns="{S3}"><Owner><ID>{OWNER}</ID></Owner><AccessControlList>{grants}</AccessControlList></AccessControlPolicy>')

    def _policy(self, bucket):
        policy = self.account.policy(bucket)
        return answer_of(200, policy, "application/json") if policy else s3_error(NONE["policy"])

    def _location(self, _bucket):
        return answer_of(200, f'<LocationConstraint xmlns="{S3}">{REGION}</LocationConstraint>')

    def _encryption(self, _bucket):
        rule = "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>"
        return answer_of(200, f'<ServerSideEncryptionConfiguration xmlns="{S3}">{rule}</ServerSideEncryptionConfiguration>')

    def _of_control(self, where):
        """S3 Control: nothing is blocked for the whole account, which has no access points."""
        if where.endswith("/configuration/publicAccessBlock"):
            error = f"<Error><Code>{NONE['publicAccessBlock']}</Code><Message>there is none</Message></Error>"
            return "s3control:GetPublicAccessBlock", answer_of(404, f"<ErrorResponse>{error}</ErrorResponse>")
        if where.endswith("/accesspoint"):
            return "s3control:ListAccessPoints", answer_of(200, "<ListAccessPointsResult><AccessPointList/></ListAccessPointsResult>")
        if where.endswith("/mrap/instances"):
            return "s3control:ListMultiRegionAccessPoints", answer_of(200, "<ListMultiRegionAccessPointsResult><AccessPoints/></ListMultiRegionAccessPointsResult>")
        raise Unknown(where)

    def _of_form(self, form):
        action = form["Action"]
        if action == "GetCallerIdentity":
            caller = f"<Arn>arn:aws:iam::{ACCOUNT}:user/reader</Arn><UserId>AIDAREADER</UserId><Account>{ACCOUNT}</Account>"
            inside = f"<GetCallerIdentityResult>{caller}</GetCallerIdentityResult>"
            return f"sts:{action}", answer_of(200, f'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">{inside}</GetCallerIdentityResponse>')
        if action == "ListAccountAliases":
            inside = "<ListAccountAliasesResult><IsTruncated>false</IsTruncated><AccountAliases/></ListAccountAliasesResult>"
            return f"iam:{action}", answer_of(200, f'<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">{inside}</ListAccountAliasesResponse>')
        made = {
            "DescribeSecurityGroups": ("securityGroupInfo", self._groups, self.account.groups),
            "DescribeSecurityGroupRules": ("securityGroupRuleSet", self._rule, self._rules),
            "DescribeNetworkInterfaces": ("networkInterfaceSet", self._interface, self.account.in_use()),
            "DescribeVpcs": ("vpcSet", lambda _: f"<vpcId>{VPC}</vpcId><isDefault>false</isDefault><cidrBlock>10.0.0.0/8</cidrBlock><ownerId>{ACCOUNT}</ownerId>", [VPC]),
            "DescribeRegions": ("regionInfo", lambda _: f"<regionName>{REGION}</regionName><optInStatus>opt-in-not-required</optInStatus>", [REGION]),
        }
        if action in made:
            return f"ec2:{action}", self._page(action, form, *made[action])
        return f"ec2:{action}", nothing(action)

    def _page(self, action, form, member, item, everything):
        """One page of what is asked for: of all, or by id."""
        everything = of_these(form, everything)
        start = int(form.get("NextToken", 0))
        size = min(PAGE, int(form.get("MaxResults", PAGE)))
        more = f"<nextToken>{start + size}</nextToken>" if start + size < len(everything) else ""
        items = "".join(f"<item>{item(one)}</item>" for one in everything[start : start + size])
        return answer_of(200, f'<{action}Response xmlns="{EC2}"><{member}>{items}</{member}>{more}</{action}Response>')

    @cached_property
    def _rules(self):
        """(group, number, rule); `None` is what each group lets out."""
        return [(group, number, rule) for group in self.account.groups for number, rule in enumerate([*self.account.rules(group), None])]

    def _groups(self, group):
        inbound = "".join(f"<item>{permission(rule)}</item>" for rule in self.account.rules(group))
        outbound = "<item><ipProtocol>-1</ipProtocol><groups/><ipRanges><item><cidrIp>0.0.0.0/0</cidrIp></item></ipRanges><ipv6Ranges/><prefixListIds/></item>"
        return (
            f"<ownerId>{ACCOUNT}</ownerId><groupId>{group}</groupId><groupName>team-{group[-4:]}</groupName><groupDescription>of one team</groupDescription>"
            f"<vpcId>{VPC}</vpcId><securityGroupArn>arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{group}</securityGroupArn>"
            f"<ipPermissions>{inbound}</ipPermissions><ipPermissionsEgress>{outbound}</ipPermissionsEgress>"
            "<tagSet><item><key>team</key><value>payments</value></item></tagSet>"
        )

    def _rule(self, one):
        group, number, rule = one
        head = f"<securityGroupRuleId>sgr-{group[8:]}{number:05x}</securityGroupRuleId><groupId>{group}</groupId><groupOwnerId>{ACCOUNT}</groupOwnerId>"
        if rule is None:
            return f"{head}<isEgress>true</isEgress><ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4><tagSet/>"
        source = (
            f"<cidrIpv4>{rule.v4}</cidrIpv4>" if rule.v4 else f"<cidrIpv6>{rule.v6}</cidrIpv6>" if rule.v6
            else f"<referencedGroupInfo><groupId>{rule.group}</groupId><userId>{ACCOUNT}</userId></referencedGroupInfo>"
        )
        return f"{head}<isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>{rule.port}</fromPort><toPort>{rule.port}</toPort>{source}<tagSet/>"

    def _interface(self, group):
        return (
            f"<networkInterfaceId>eni-{group[3:]}</networkInterfaceId><subnetId>{SUBNET}</subnetId><vpcId>{VPC}</vpcId><ownerId>{ACCOUNT}</ownerId>"
            f"<status>in-use</status><interfaceType>interface</interfaceType><privateIpAddress>10.0.0.1</privateIpAddress><requesterManaged>false</requesterManaged>"
            f"<groupSet><item><groupId>{group}</groupId><groupName>team-{group[-4:]}</groupName></item></groupSet>"
            f"<attachment><attachmentId>eni-attach-{group[3:]}</attachmentId><instanceOwnerId>{ACCOUNT}</instanceOwnerId><instanceId>i-{group[3:]}</instanceId>"
            "<deviceIndex>0</deviceIndex><status>attached</status></attachment><privateIpAddressesSet/><ipv6AddressesSet/><tagSet/>"
        )


def of_these(form, everything):
    """Those of the ids that a call names, in a list or as the values of a filter; all where it names none."""
    wanted = {value for key, value in form.items() if value.startswith("sg-") and (".Value." in key or key.startswith("GroupId."))}
    return [one for one in everything if (one[0] if isinstance(one, tuple) else one) in wanted] if wanted else everything


def permission(rule):
    """A rule as part of its group."""
    pairs = f"<groups><item><userId>{ACCOUNT}</userId><groupId>{rule.group}</groupId></item></groups>" if rule.group else "<groups/>"
    v4 = f"<ipRanges><item><cidrIp>{rule.v4}</cidrIp></item></ipRanges>" if rule.v4 else "<ipRanges/>"
    v6 = f"<ipv6Ranges><item><cidrIpv6>{rule.v6}</cidrIpv6></item></ipv6Ranges>" if rule.v6 else "<ipv6Ranges/>"
    return f"<ipProtocol>tcp</ipProtocol><fromPort>{rule.port}</fromPort><toPort>{rule.port}</toPort>{pairs}{v4}{v6}<prefixListIds/>"


def block(namespace):
    """All four switches of Block Public Access, on."""
    switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    inside = "".join(f"<{name}>true</{name}>" for name in switches)
    return f'<PublicAccessBlockConfiguration xmlns="{namespace}">{inside}</PublicAccessBlockConfiguration>'


def s3_error(code):
    return answer_of(404, f"<Error><Code>{code}</Code><Message>there is none</Message></Error>", "application/xml")


def nothing(action):
    """An answer of EC2 that has nothing in it, by AWS's own description of the call: lists are empty, switches and states off."""
    model = botocore.session.get_session().get_service_model("ec2")
    if action not in model.operation_names:
        raise Unknown(action)
    shape = model.operation_model(action).output_shape
    members = [(member.serialization.get("name", name), empty(name, member)) for name, member in (shape.members if shape else {}).items()]
    inside = "".join(f"<{name}>{value}</{name}>" for name, value in members if value is not None)
    return answer_of(200, f'<{action}Response xmlns="{EC2}">{inside}</{action}Response>')


def empty(name, shape):
    if shape.type_name == "string" and name.endswith("State"):
        return shape.enum[0] if shape.enum else "unblocked"
    return {"list": "", "structure": "", "boolean": "false"}.get(shape.type_name)
