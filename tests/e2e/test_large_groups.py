"""sg-quarantine and groups with as many rules as a quota allows, or more than a page or a message holds."""

import json
import re

from harness import offenders
from harness.groups import WORLD
from harness.offenders import permission
from support import about_group, says_again_nothing, send


def test_sixty_open_rules_go_in_one_call(revoke, ec2):
    group = offenders.group(ec2)
    for start in (0, 30):
        entries = [permission("tcp", 1000 + port, v4=[(WORLD, "")]) for port in range(start, start + 30)]
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=entries)

    run = send(revoke, about_group(group))

    assert run.outcome == "remediated"
    assert offenders.rules_of(ec2, group) == {}
    assert run.changing == ["RevokeSecurityGroupIngress", "CreateTags"]
    [finding] = run.line["findings"]
    assert finding["evidence"]["ports"] == {"tcp": ["1000-1059"]}
    assert len(finding["evidence"]["rules"]) == 60
    assert run.mail[1].count("  - revoked rule ") == 60
    says_again_nothing(send(revoke, about_group(group)))


class ManyRules:
    """EC2 with more rules in a group than the emulator takes, in pages as EC2 gives them."""

    def __init__(self, function, group, rules, page):
        self.group, self.rules, self.page = group, dict(rules), page
        function.recorder.intercept("DescribeSecurityGroupRules", self.describe, times=99)
        function.recorder.intercept("RevokeSecurityGroupIngress", self.revoke, times=99)

    def describe(self, call, _forward):
        start = int(call.form.get("NextToken", "0"))
        rules = list(self.rules.items())[start : start + self.page]
        more = f"<nextToken>{start + self.page}</nextToken>" if start + self.page < len(self.rules) else ""
        items = "".join(
            f"<item><securityGroupRuleId>{i}</securityGroupRuleId><groupId>{self.group}</groupId><isEgress>false</isEgress>"
            f"<ipProtocol>tcp</ipProtocol><fromPort>{low}</fromPort><toPort>{high}</toPort><cidrIpv4>{cidr}</cidrIpv4>"
            f"<description>{text}</description></item>"
            for i, (low, high, cidr, text) in rules
        )
        return 200, (
            '<DescribeSecurityGroupRulesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<securityGroupRuleSet>{items}</securityGroupRuleSet>{more}</DescribeSecurityGroupRulesResponse>"
        )

    def revoke(self, call, _forward):
        for key, rule_id in call.form.items():
            if key.startswith("SecurityGroupRuleId."):
                del self.rules[rule_id]
        return 200, "<RevokeSecurityGroupIngressResponse><return>true</return></RevokeSecurityGroupIngressResponse>"


def many(count, step=1):
    return {
        f"sgr-{n:017x}": (1000 + n, 1000 + n, WORLD if n % step == 0 else "10.0.0.0/8", f"rule number {n}")
        for n in range(count)
    }


def test_every_page_of_a_large_group_is_read(revoke, ec2):
    group = offenders.group(ec2)
    rules = ManyRules(revoke, group, many(500, step=5), page=100)

    run = send(revoke, about_group(group))

    assert run.outcome == "remediated"
    assert len(rules.rules) == 400
    assert all(cidr != WORLD for _, _, cidr, _ in rules.rules.values())
    assert run.operations.count("DescribeSecurityGroupRules") == 5 + 4


def test_hundreds_of_open_rules_fit_into_one_message_that_says_where_it_is_cut(revoke, ec2):
    group = offenders.group(ec2)
    ManyRules(revoke, group, many(900), page=1000)

    run = send(revoke, about_group(group))

    assert run.outcome == "remediated"
    [published] = run.published
    assert len(published["Message"].encode()) < 256 * 1024
    _, text = run.mail
    assert "cut to fit" in text
    named = text.split("WHAT CURFEW DID")[1].split("WHAT YOU SHOULD DO NOW")[0]
    [left_out] = re.findall(r"and (\d+) more", named)
    assert named.count("\n  - ") - 1 + int(left_out) == 900 + 1, "each revoked rule and the tag, named or counted"
    assert run.facts["cut"]
    assert len(run.line["changes"]) == 901, "the log line has the whole"


def test_ranges_within_ranges_take_space_by_the_rule_and_not_by_the_square(start, ec2):
    function = start("sg-quarantine")
    group = offenders.group(ec2)
    nested = {f"sgr-{n:017x}": (1000 + n, 60000 - n, WORLD, "") for n in range(300)}
    rules = ManyRules(function, group, nested, page=1000)

    run = send(function, about_group(group))

    assert (run.outcome, rules.rules) == ("remediated", {})
    [finding] = run.line["findings"]
    assert sorted(finding["evidence"]["rules"]) == sorted(nested)
    assert "sgr-00000000000000002 and 297 more" in finding["summary"]
    assert len(json.dumps(run.line)) < 300_000
    [published] = run.published
    assert len(published["Message"].encode()) < 256 * 1024
    assert most_memory(function) < 64, "MB"


def most_memory(function):
    """The most that the process has used so far, in MB."""
    with open(f"/proc/{function.process.pid}/status") as status:
        [line] = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
