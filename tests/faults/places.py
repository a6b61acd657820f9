"""What is open, with something legitimate beside it: how it is, what of it has to stay, what a record should say of it."""

import ipaddress
import json

from harness import offenders, triggers
from harness.groups import WORLD, Network, four, group_of, new_group
from harness.offenders import ALL_USERS, LOG_DELIVERY, OTHER_ACCOUNT, grant, permission
from harness.stack import ACCOUNT, REGION

INSIDE = "10.0.0.0/8"
FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


class Place:
    """One resource. Each subclass says what it is, and `state` is the same for two of a kind that are equal."""

    def __init__(self, emulator):
        self.make(emulator)
        self.before = self.state()
        # Asked for before each change: see `check.Written`.
        self.is_recorded = lambda: None

    @property
    def arn(self):
        if self.kind == triggers.BUCKET:
            return f"arn:aws:s3:::{self.id}"
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{self.id}"

    @property
    def event(self):
        return triggers.compliance_change(self.kind, self.id, "a-rule")


class Bucket(Place):
    """A bucket with a public grant between two others, and one of two flags that are not about ACLs."""

    kind = triggers.BUCKET

    def make(self, emulator):
        self.s3 = emulator.client("s3")
        self.id = offenders.bucket(self.s3)
        own = [grant("WRITE", LOG_DELIVERY), grant("READ", ALL_USERS), grant("READ", user=OTHER_ACCOUNT)]
        offenders.set_grants(self.s3, self.id, *own)
        self.s3.put_public_access_block(
            Bucket=self.id, PublicAccessBlockConfiguration=dict.fromkeys(FLAGS, False) | {"BlockPublicPolicy": True}
        )

    def state(self):
        acl = self.s3.get_bucket_acl(Bucket=self.id)
        block = self.s3.get_public_access_block(Bucket=self.id)["PublicAccessBlockConfiguration"]
        return {"Owner": acl["Owner"], "Grants": acl["Grants"], "block": block}

    def is_legitimate_untouched(self):
        """All grants but the public one are there in their order, and the flags that are not about ACLs are as they were."""
        now = self.state()
        of_others = [one for one in self.before["Grants"] if one["Grantee"].get("URI") != ALL_USERS]
        assert [one for one in now["Grants"] if one["Grantee"].get("URI") != ALL_USERS] == self.legitimate(of_others)
        assert now["Owner"] == self.before["Owner"]
        assert [now["block"][flag] for flag in FLAGS[2:]] == [self.before["block"][flag] for flag in FLAGS[2:]]

    def legitimate(self, of_others):
        return of_others

    def says(self, before):
        """Whether a record's state before is the true one."""
        assert before["Owner"]["ID"] == self.before["Owner"]["ID"]
        assert [(one["Permission"], one["Grantee"].get("URI") or one["Grantee"].get("ID")) for one in before["Grants"]] == [
            (one["Permission"], one["Grantee"].get("URI") or one["Grantee"].get("ID")) for one in self.before["Grants"]
        ]
        block = before["PublicAccessBlockConfiguration"]
        assert block == self.before["block"] or "unknown" in block, before

    def delete(self):
        self.s3.delete_bucket(Bucket=self.id)


class PrivateBucket(Bucket):
    """The same, where the canned ACL `private` comes in the place of all grants: the owner's own stays."""

    def legitimate(self, of_others):
        now = self.state()["Grants"]
        # The whole list goes at once, as the plan in the record says.
        return of_others if len(now) > 1 else of_others[:1]


class Policy(Place):
    """A bucket whose policy is public."""

    kind = triggers.BUCKET

    def make(self, emulator):
        self.s3 = emulator.client("s3")
        self.id = offenders.bucket(self.s3)
        offenders.set_policy(self.s3, self.id, offenders.public_policy(self.id))

    def state(self):
        return json.loads(self.s3.get_bucket_policy(Bucket=self.id)["Policy"].replace(self.id, "BUCKET"))

    def is_legitimate_untouched(self):
        """Nothing at all is to be changed."""
        assert self.state() == self.before

    def says(self, before):
        assert self.before == json.loads(before["policy"]["document"].replace(self.id, "BUCKET")), before

    def delete(self):
        self.s3.delete_bucket(Bucket=self.id)


class Rules(Place):
    """A group with a rule that is narrowed, with its tags, one that goes, and private sources beside both."""

    kind = triggers.GROUP

    def make(self, emulator):
        self.ec2 = emulator.client("ec2")
        self.id = group_of(
            self.ec2,
            permission("tcp", 22, v4=[(WORLD, "for a minute"), (INSIDE, "inside")]),
            permission("tcp", (80, 8080), v4=[(INSIDE, "inside")]),
            permission("udp", 53, v4=[("192.168.0.0/16", "names")]),
        )
        self.ec2.authorize_security_group_ingress(
            GroupId=self.id,
            IpPermissions=[permission("tcp", (80, 8080), v4=[(WORLD, "web")])],
            TagSpecifications=[{"ResourceType": "security-group-rule", "Tags": [{"Key": "team", "Value": "web"}]}],
        )

    def rules(self):
        pages = self.ec2.get_paginator("describe_security_group_rules").paginate(Filters=[{"Name": "group-id", "Values": [self.id]}])
        return [rule for page in pages for rule in page["SecurityGroupRules"]]

    def state(self):
        rules = [
            [rule["IsEgress"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"], rule.get("CidrIpv4"), rule.get("Description"),
             sorted((tag["Key"], tag["Value"]) for tag in rule.get("Tags", []))]
            for rule in self.rules()
        ]
        return {"rules": sorted(rules, key=json.dumps), "tags": sorted(offenders.tags_of(self.ec2, self.id))}

    def is_legitimate_untouched(self):
        """Private sources, and the ports that may be open to everybody, are let in at every moment."""
        rules = [rule for rule in self.rules() if not rule["IsEgress"]]

        def are_let_in(protocol, port, source):
            block = ipaddress.ip_network(source)
            return any(
                rule["IpProtocol"] == protocol and rule["FromPort"] <= port <= rule["ToPort"]
                and block.subnet_of(ipaddress.ip_network(rule["CidrIpv4"]))
                for rule in rules
            )

        right = [("tcp", 22, INSIDE), ("tcp", 80, INSIDE), ("tcp", 8080, INSIDE), ("udp", 53, "192.168.0.0/16")]
        cut = [one for one in [*right, ("tcp", 80, WORLD), ("tcp", 443, WORLD)] if not are_let_in(*one)]
        assert not cut, cut

    def says(self, before):
        said = [
            [rule["IsEgress"], rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort"), rule.get("CidrIpv4"),
             rule.get("Description"), sorted((tag["Key"], tag["Value"]) for tag in rule.get("Tags", []))]
            for rule in before["rules"]
        ]
        assert sorted(said, key=json.dumps) == self.before["rules"], before

    def delete(self):
        self.ec2.delete_security_group(GroupId=self.id)


class Interfaces(Place):
    """A group whose interfaces are isolated: one that has only this group, one that has another beside it."""

    kind = triggers.GROUP

    def make(self, emulator):
        self.ec2 = emulator.client("ec2")
        self.network = Network(self.ec2)
        self.id = self.network.open
        self.third = new_group(self.ec2, self.network.vpc, "third")
        self.groups = {"alone": [self.id], "shared": [self.network.other, self.id, self.third], "bystander": [self.network.other]}
        self.interfaces = {name: self.network.interface(*own, description=name) for name, own in self.groups.items()}

    def state(self):
        found = self.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.network.vpc]}])["SecurityGroups"]
        names = {group["GroupId"]: group["GroupName"] for group in found}
        assert len(set(names.values())) == len(names), f"two groups have one name: {names}"
        answer = self.ec2.describe_network_interfaces(NetworkInterfaceIds=list(self.interfaces.values()))
        return {
            "groups": {
                group["GroupName"]: [self.of(group["IpPermissions"]), self.of(group["IpPermissionsEgress"]),
                                     sorted(tag["Key"] for tag in group.get("Tags", []))]
                for group in found
            },
            "interfaces": {
                one["Description"]: [names[group["GroupId"]] for group in one["Groups"]] for one in answer["NetworkInterfaces"]
            },
        }

    @staticmethod
    def of(permissions):
        return sorted(json.dumps(one, sort_keys=True) for one in permissions)

    def is_legitimate_untouched(self):
        """Other groups stay, all rules stay as evidence, and nobody is where everything may still go out."""
        now = self.state()
        for name in ("open", "other", "third", "default"):
            assert now["groups"][name][:2] == self.before["groups"][name][:2], name
        assert now["interfaces"]["bystander"] == ["other"]
        assert [name for name in now["interfaces"]["shared"] if name in ("other", "third")] == ["other", "third"]
        for name, own in now["interfaces"].items():
            assert own, f"{name} has no group"
            if "curfew-quarantine" in own:
                assert now["groups"]["curfew-quarantine"][:2] == [[], []], name

    def says(self, before):
        if "unknown" in before["interfaces"]:
            return
        said = {one["id"]: one["groups"] for one in before["interfaces"]}
        assert said == {self.interfaces[name]: self.groups[name] for name in ("alone", "shared")}, before

    def delete(self):
        """EC2 deletes no group that an interface has."""
        for name in ("alone", "shared"):
            self.ec2.delete_network_interface(NetworkInterfaceId=self.interfaces[name])
        self.ec2.delete_security_group(GroupId=self.id)
