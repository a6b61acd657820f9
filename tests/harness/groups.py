"""Security groups with rules, and networks that use them."""

from . import offenders
from .offenders import permission

WORLD = "0.0.0.0/0"
QUARANTINE_GROUP = "curfew:quarantine-group"


def four(cidr, text=""):
    return [(cidr, text)]


def group_of(ec2, *permissions, vpc=None):
    group = offenders.group(ec2) if vpc is None else new_group(ec2, vpc)
    if permissions:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(permissions))
    return group


def open_group(ec2):
    """A group that lets everybody in on port 22."""
    return group_of(ec2, permission("tcp", 22, v4=four(WORLD)))


def new_group(ec2, vpc, name="open"):
    return ec2.create_security_group(GroupName=name, Description="A group to look at", VpcId=vpc)["GroupId"]


def says(ec2, group):
    """What the inbound rules say, without their ids."""
    answer = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])
    members = ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "CidrIpv6", "PrefixListId")
    rules = [rule for rule in answer["SecurityGroupRules"] if not rule["IsEgress"]]
    return sorted(
        " ".join(str(rule[member]) for member in members if rule.get(member) not in (None, ""))
        + str(rule.get("ReferencedGroupInfo", {}).get("GroupId", ""))
        for rule in rules
    )


class Network:
    """A VPC with an open group, another one, and interfaces.

    The interfaces are attached to nothing: the emulator adds an instance's first groups to whatever its interface has.
    """

    def __init__(self, ec2, *ports):
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.8.0.0/20")["Subnet"]["SubnetId"]
        self.open = group_of(ec2, *(permission("tcp", port, v4=four(WORLD)) for port in ports or [22]), vpc=self.vpc)
        self.other = new_group(ec2, self.vpc, "other")

    def interface(self, *groups, description="spare"):
        answer = self.ec2.create_network_interface(SubnetId=self.subnet, Groups=list(groups), Description=description)
        return answer["NetworkInterface"]["NetworkInterfaceId"]

    def groups_of(self, interface):
        [found] = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
        return {group["GroupId"] for group in found["Groups"]}

    @property
    def quarantine(self):
        [group] = self.ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [self.vpc]}, {"Name": "tag-key", "Values": [QUARANTINE_GROUP]}]
        )["SecurityGroups"]
        return group
