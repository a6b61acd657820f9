"""Security groups with rules, and networks that use them."""

import xml.etree.ElementTree as ElementTree

from . import offenders
from .offenders import permission
from .recorder import ec2_error

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
        self.vpc, self.subnet = self.another_vpc()
        self.open = group_of(ec2, *(permission("tcp", port, v4=four(WORLD)) for port in ports or [22]), vpc=self.vpc)
        self.other = new_group(ec2, self.vpc, "other")

    def another_vpc(self):
        """A VPC and a subnet in it. The emulator lets interfaces there have groups of this VPC too, as if associated."""
        vpc = self.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
        return vpc, self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.0.0/20")["Subnet"]["SubnetId"]

    def interface(self, *groups, description="spare", subnet=None):
        answer = self.ec2.create_network_interface(
            SubnetId=subnet or self.subnet, Groups=list(groups), Description=description
        )
        return answer["NetworkInterface"]["NetworkInterfaceId"]

    def groups_of(self, interface):
        [found] = self.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
        return {group["GroupId"] for group in found["Groups"]}

    @property
    def quarantine(self):
        return self.quarantine_of(self.vpc)

    def quarantine_of(self, vpc):
        [group] = self.ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "tag-key", "Values": [QUARANTINE_GROUP]}]
        )["SecurityGroups"]
        return group


ANOTHER_ACCOUNT = "111122223333"


def strict_about_interfaces(function, ec2, managed=(), foreign=()):
    """Lets EC2 be as strict about interfaces as AWS is, for the next invocation: those that an AWS service manages are
    shown to who asks for them, neither they nor another account's can be changed, and a group has to be of the
    interface's VPC or associated with it, which quarantine groups are not."""

    def describe(call, forward):
        status, body = forward()
        root = ElementTree.fromstring(body)
        namespace = root.tag.partition("}")[0].removeprefix("{")
        shown = root.find("{*}networkInterfaceSet")
        for item in list(shown if shown is not None else []):
            interface = item.findtext("{*}networkInterfaceId")
            if interface in managed:
                operator = ElementTree.SubElement(item, f"{{{namespace}}}operator")
                ElementTree.SubElement(operator, f"{{{namespace}}}managed").text = "true"
                ElementTree.SubElement(operator, f"{{{namespace}}}principal").text = "eks.amazonaws.com"
                if call.form.get("IncludeManagedResources") != "true":
                    shown.remove(item)
            if interface in foreign:
                item.find("{*}ownerId").text = ANOTHER_ACCOUNT
        return status, ElementTree.tostring(root, default_namespace=namespace)

    def modify(call, forward):
        interface = call.form["NetworkInterfaceId"]
        if interface in managed or interface in foreign:
            return 400, ec2_error("OperationNotPermitted", "You may not change this interface.")
        [found] = ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"]
        groups = [value for name, value in call.form.items() if name.startswith("SecurityGroupId.")]
        for group in ec2.describe_security_groups(GroupIds=groups)["SecurityGroups"]:
            is_quarantine = any(tag["Key"] == QUARANTINE_GROUP for tag in group.get("Tags", []))
            if is_quarantine and group["VpcId"] != found["VpcId"]:
                return 400, ec2_error("InvalidParameterValue", "The group and the interface are in different networks.")
        return forward()

    function.recorder.intercept("DescribeNetworkInterfaces", describe, times=99)
    function.recorder.intercept("ModifyNetworkInterfaceAttribute", modify, times=99)
