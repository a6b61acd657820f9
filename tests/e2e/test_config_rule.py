"""config-rule: what AWS Config is told of buckets and groups is what the other functions make of them."""

import json
from datetime import UTC, datetime

import pytest
from harness import offenders, rules
from harness.groups import WORLD, Network, four, group_of, open_group
from harness.offenders import ALL_USERS, bucket, grant, open_bucket, permission, public_policy, set_grants, set_policy
from harness.stack import ACCOUNT
from harness.triggers import BUCKET, GROUP
from support import about_bucket, about_group, send

DENIED = (403, "<Error><Code>AccessDenied</Code><Message>no</Message></Error>")
PAST = "GetComplianceDetailsByConfigRule"


@pytest.fixture(scope="module")
def rule(start):
    return start("config-rule")


def answering(rule, past=(), refused=()):
    """AWS Config, which the emulator has only for tests: it remembers what the rule said, and refuses some of it once."""
    left = set(refused)

    def put(call, _):
        failed = [one for one in json.loads(call.body)["Evaluations"] if one["ComplianceResourceId"] in left]
        left.difference_update(one["ComplianceResourceId"] for one in failed)
        return 200, json.dumps({"FailedEvaluations": failed})

    def details(call, _):
        page = int(json.loads(call.body).get("NextToken", "0"))
        identifiers = [{"EvaluationResultQualifier": {"ResourceType": kind, "ResourceId": name}} for kind, name in past[page : page + 1]]
        more = {"NextToken": str(page + 1)} if page + 1 < len(past) else {}
        return 200, json.dumps({"EvaluationResults": [{"EvaluationResultIdentifier": one} for one in identifiers], **more})

    rule.recorder.intercept("PutEvaluations", put, 99)
    rule.recorder.intercept(PAST, details, 99)


def ask(rule, payload, **config):
    """Invokes once, and returns what AWS Config was told by resource too."""
    answering(rule, **config)
    run = send(rule, payload)
    # Nothing but an answer to AWS Config is ever written, told or recorded.
    assert {one for one in run.changing if one != "ListBuckets"} <= {"PutEvaluations"}, run.changing
    assert run.published == []
    # Whether a person put it back, where something was found.
    assert {call.operation for call in run.recorded} <= {"GetItem"}
    bodies = [json.loads(call.body) for call in run.of("PutEvaluations")]
    return run, {one["ComplianceResourceId"]: one for body in bodies for one in body["Evaluations"]}


def verdict(rule, payload):
    """What AWS Config was told of the one resource: compliance and annotation."""
    run, told = ask(rule, payload)
    assert not run.failed, run.answer
    [one] = told.values()
    assert run.answer["told"] == "AWS Config" and run.answer["compliance"] == one["ComplianceType"]
    return one["ComplianceType"], one.get("Annotation", "")


def test_an_open_bucket_does_not_comply_and_the_function_closes_it_and_a_closed_one_does(rule, acl, s3):
    name = open_bucket(s3)
    run, told = ask(rule, rules.change("s3-acl", rules.bucket_item(name, "AllUsers")))
    assert not run.failed, run.answer
    one = told[name]
    assert (one["ComplianceResourceType"], one["ComplianceType"]) == (BUCKET, "NON_COMPLIANT")
    assert one["Annotation"].startswith("Anyone on the internet may list the bucket's objects")
    [body] = [json.loads(call.body) for call in run.of("PutEvaluations")]
    assert body["ResultToken"] == "a-token-of-config" and "TestMode" not in body
    ordered_at = datetime.fromtimestamp(one["OrderingTimestamp"], UTC)
    assert ordered_at == datetime.fromisoformat(rules.CAPTURED)
    line = run.line
    assert (line["rule"], line["compliance"], line["annotation"]) == ("curfew-s3-acl", "NON_COMPLIANT", one["Annotation"])
    assert (line["control"], line["outcome"], line["mode"], line["api_calls"] > 0) == ("s3-acl", "observed", "observe", True)

    assert send(acl, about_bucket(name)).outcome == "remediated"
    # AWS Config's record is older than that.
    assert verdict(rule, rules.change("s3-acl", rules.bucket_item(name, "AllUsers"))) == ("COMPLIANT", "")


def test_the_live_resource_counts_and_not_the_item(rule, s3, ec2):
    name, group = open_bucket(s3), open_group(ec2)
    assert verdict(rule, rules.change("s3-acl", rules.bucket_item(name)))[0] == "NON_COMPLIANT"
    assert verdict(rule, rules.change("sg-ingress", rules.group_item(group)))[0] == "NON_COMPLIANT"
    closed = group_of(ec2)
    assert verdict(rule, rules.change("sg-ingress", rules.group_item(closed, WORLD))) == ("COMPLIANT", "")
    policy = json.dumps(public_policy(name))
    assert verdict(rule, rules.change("s3-policy", rules.bucket_item(name, policy=policy))) == ("COMPLIANT", "")


@pytest.mark.parametrize(("groups", "compliance"), [(["AllUsers"], "NON_COMPLIANT"), (["LogDelivery"], "COMPLIANT")])
def test_where_the_bucket_may_not_be_read_its_item_is_judged_and_that_is_said(rule, s3, groups, compliance):
    name = bucket(s3)
    rule.recorder.fault("GetBucketAcl", *DENIED, times=9)
    told = verdict(rule, rules.change("s3-acl", rules.bucket_item(name, *groups)))
    assert told[0] == compliance and "judged by AWS Config's record: s3:GetBucketAcl is denied" in told[1]


def test_what_may_not_be_read_and_is_too_large_for_the_invocation_is_told_in_no_way(rule, s3):
    name = bucket(s3)
    rule.recorder.fault("GetBucketAcl", *DENIED, times=9)
    run, told = ask(rule, rules.oversized("s3-acl", rules.bucket_item(name)))
    assert run.failed and run.answer["errorType"] == "Curfew.NotEvaluated" and "s3:GetBucketAcl" in run.answer["errorMessage"]
    assert told == {} and run.line["outcome"] == "failed" and "compliance" not in run.line


def test_an_outage_is_told_in_no_way_and_no_reason_to_believe_the_item(rule, s3):
    rule.recorder.fault("GetBucketAcl", 503, "<Error><Code>SlowDown</Code></Error>", times=99)
    run, told = ask(rule, rules.change("s3-acl", rules.bucket_item(bucket(s3))))
    assert run.failed and told == {}


def test_what_is_too_large_for_the_invocation_is_read_live(rule, s3, ec2):
    name, group = open_bucket(s3), open_group(ec2)
    set_policy(s3, name, public_policy(name))
    for control, item in [("s3-acl", rules.bucket_item(name)), ("s3-policy", rules.bucket_item(name)), ("sg-ingress", rules.group_item(group))]:
        compliance, annotation = verdict(rule, rules.oversized(control, item))
        assert compliance == "NON_COMPLIANT" and 0 < len(annotation) <= 256, control


def test_a_suspicious_policy_does_not_comply_with_its_worst_words(rule, policy, s3):
    name = bucket(s3)
    set_policy(s3, name, public_policy(name))
    compliance, annotation = verdict(rule, rules.change("s3-policy", rules.bucket_item(name)))
    run = send(policy, about_bucket(name))
    assert (run.outcome, compliance) == ("alerted", "NON_COMPLIANT")
    assert annotation[:60] == run.line["findings"][0]["summary"][:60]


def test_what_would_be_isolated_and_what_a_prefix_list_opens_does_not_comply(start, isolate, ec2):
    network = Network(ec2)
    network.interface(network.open)
    lists = ec2.create_managed_prefix_list(
        PrefixListName="everybody", AddressFamily="IPv4", MaxEntries=2, Entries=[{"Cidr": "0.0.0.0/1"}, {"Cidr": "128.0.0.0/1"}]
    )["PrefixList"]["PrefixListId"]
    listed = group_of(ec2, {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "PrefixListIds": [{"PrefixListId": lists}]})
    rule = start("config-rule", {"sg": {"quarantine": "isolate"}})
    for group in (network.open, listed):
        assert verdict(rule, rules.change("sg-ingress", rules.group_item(group)))[0] == "NON_COMPLIANT"
    assert send(isolate, about_group(network.open)).outcome == "remediated"
    # Its rules stay as evidence, and nothing uses it any more.
    assert verdict(rule, rules.change("sg-ingress", rules.group_item(network.open, WORLD))) == ("COMPLIANT", "")


def test_what_is_exempt_complies_for_its_reason_and_until_its_end(rule, s3):
    name = open_bucket(s3)
    tags = {"curfew:exempt": "all", "curfew:exempt-reason": "our website", "curfew:exempt-until": "2027-06-30"}
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]})
    compliance, annotation = verdict(rule, rules.change("s3-acl", rules.bucket_item(name)))
    assert compliance == "COMPLIANT"
    assert annotation == "exempt: everything, until the end of 2027-06-30 (UTC), by the resource's tags: our website"


def test_it_goes_by_the_settings_that_all_functions_have(start, emulator, ec2):
    group, name = open_group(ec2), "/curfew/settings-of-rules"
    settings = json.dumps({"version": 1, "sg": {"authorized_tcp_ports": [22]}})
    emulator.client("ssm").put_parameter(Name=name, Type="String", Value=settings)
    rule = start("config-rule", environment={"CURFEW_SETTINGS_PARAMETER": name})
    run, told = ask(rule, rules.change("sg-ingress", rules.group_item(group, WORLD)))
    assert (told[group]["ComplianceType"], run.line["settings_version"]) == ("COMPLIANT", 1)


@pytest.mark.parametrize(
    ("changes", "of_item", "why"),
    [
        ({}, {"configurationItemStatus": "ResourceDeleted"}, "the resource was deleted"),
        ({"eventLeftScope": True}, {}, "the rule does not apply to the resource any more"),
        ({}, {"resourceType": "AWS::EC2::Instance"}, "s3-acl is not about resources of the type AWS::EC2::Instance"),
    ],
)
def test_there_is_nothing_to_judge_and_nothing_is_read(rule, changes, of_item, why):
    run, told = ask(rule, rules.change("s3-acl", rules.bucket_item("curfew-was-never-there", **of_item), **changes))
    assert not run.failed, run.answer
    [one] = told.values()
    assert (one["ComplianceType"], one["Annotation"]) == ("NOT_APPLICABLE", why)
    assert run.operations == ["PutEvaluations"]


def test_what_is_gone_by_now_is_not_applicable(rule):
    told = verdict(rule, rules.change("s3-acl", rules.bucket_item("curfew-was-never-there", "AllUsers")))
    assert told == ("NOT_APPLICABLE", "the resource does not exist any more")


def test_a_schedule_is_answered_for_with_everything_in_the_region_and_nothing_stale(rule, s3):
    open_one, closed = open_bucket(s3), bucket(s3)
    # More than AWS Config takes at once.
    for _ in range(100):
        bucket(s3)
    there = {one["Name"] for one in s3.list_buckets(BucketRegion="eu-central-1")["Buckets"]}
    past = [(BUCKET, open_one), (BUCKET, "curfew-was-there-once"), (GROUP, "sg-0a1b2c3d4e5f60718")]

    run, told = ask(rule, rules.schedule("s3-acl"), past=past)

    assert not run.failed, run.answer
    assert set(told) == there | {"curfew-was-there-once"}
    kinds = {name: one["ComplianceType"] for name, one in told.items()}
    assert (kinds[open_one], kinds[closed], kinds["curfew-was-there-once"]) == ("NON_COMPLIANT", "COMPLIANT", "NOT_APPLICABLE")
    assert sum(run.answer["evaluated"].values()) == len(told) > 100
    sizes = [len(json.loads(call.body)["Evaluations"]) for call in run.of("PutEvaluations")]
    assert max(sizes) == 100 and sum(sizes) == len(told)
    moments = {datetime.fromtimestamp(one["OrderingTimestamp"], UTC) for one in told.values()}
    assert moments == {datetime.fromisoformat(rules.NOTIFIED)}
    asked = [json.loads(call.body) for call in run.of(PAST)]
    assert {one["ConfigRuleName"] for one in asked} == {"curfew-s3-acl"} and len(asked) == 3
    assert {line["resource"] for line in run.lines if "resource" in line} == set(told)


def test_all_groups_of_a_region_cost_a_few_calls_together(rule, ec2):
    open_one, closed = open_group(ec2), group_of(ec2, permission("tcp", 443, v4=four(WORLD)))
    run, told = ask(rule, rules.schedule("sg-ingress"))
    assert not run.failed, run.answer
    there = {one["GroupId"] for page in ec2.get_paginator("describe_security_groups").paginate() for one in page["SecurityGroups"]}
    assert set(told) == there
    assert (told[open_one]["ComplianceType"], told[closed]["ComplianceType"]) == ("NON_COMPLIANT", "COMPLIANT")
    assert len(run.of("DescribeSecurityGroups")) + len(run.of("DescribeSecurityGroupRules")) <= 4


def test_of_everything_what_could_not_be_evaluated_is_told_in_no_way_and_fails_the_invocation(rule, s3):
    hidden, seen = bucket(s3), bucket(s3)
    rule.recorder.intercept("GetBucketPolicy", lambda call, forward: DENIED if hidden in call.path else forward(), 999)
    rule.recorder.fault("GetBucketPolicyStatus", *DENIED, times=999)
    run, told = ask(rule, rules.schedule("s3-policy"))
    assert hidden not in told and told[seen]["ComplianceType"] == "COMPLIANT"
    assert run.failed and run.answer["errorType"] == "Curfew.NotEvaluated" and "could not be evaluated" in run.answer["errorMessage"]


def test_an_evaluation_that_is_not_taken_is_sent_again(rule, s3):
    name = open_bucket(s3)
    run, _ = ask(rule, rules.change("s3-acl", rules.bucket_item(name)), refused=[name])
    assert not run.failed and len(run.of("PutEvaluations")) == 2


def test_a_test_is_taken_by_the_emulator_and_counts_for_nothing(rule, s3):
    name = open_bucket(s3)
    run = send(rule, rules.change("s3-acl", rules.bucket_item(name), resultToken="TESTMODE"))
    assert not run.failed, run.answer
    [call] = run.of("PutEvaluations")
    assert call.status == 200 and json.loads(call.body)["TestMode"] is True
    assert run.answer == {
        "resource_type": BUCKET, "resource": name, "compliance": "NON_COMPLIANT", "annotation": run.line["annotation"],
        "told": "AWS Config, as a test",
    }


def test_a_token_that_is_over_fails_the_invocation(rule, s3):
    refusal = json.dumps({"__type": "InvalidResultTokenException", "message": "The resultToken provided is invalid"})
    rule.recorder.fault("PutEvaluations", 400, refusal, times=9)
    run = send(rule, rules.change("s3-acl", rules.bucket_item(bucket(s3))))
    assert run.failed and run.answer["errorType"] == "Curfew.EvaluationsNotTaken"
    assert "InvalidResultTokenException" in run.answer["errorMessage"]


@pytest.mark.parametrize(
    ("payload", "kind", "words"),
    [
        (rules.change("s3-acl", rules.bucket_item("acme"), accountId="111122223333"), "ForeignAccount", "account 111122223333"),
        (rules.change("s3-acl", rules.bucket_item("acme", awsAccountId="111122223333")), "ForeignAccount", f"its own account {ACCOUNT}"),
        (rules.change("sg", rules.bucket_item("acme")), "UnusableParameters", "`ruleParameters.control` is `sg`"),
        (about_bucket("acme"), "UnreadableTrigger", "no invocation of an AWS Config custom rule"),
    ],
    ids=["foreign-rule", "foreign-item", "no-control", "no-rule"],
)
def test_what_this_function_cannot_answer_for_is_refused_without_a_call(rule, payload, kind, words):
    run, told = ask(rule, payload)
    assert run.failed and run.answer["errorType"] == f"Curfew.{kind}" and words in run.answer["errorMessage"]
    assert run.calls == [] and told == {}
    [line] = run.lines
    assert (line["level"], line["outcome"]) == ("ERROR", "failed")


def test_both_functions_agree_about_what_is_public_to_everybody_with_an_account(rule, start, s3):
    observer = start("s3-acl-private", {"mode": "observe"})
    name = bucket(s3)
    set_grants(s3, name, grant("WRITE", offenders.AUTHENTICATED_USERS), grant("READ", ALL_USERS))
    seen = send(observer, about_bucket(name))
    run, told = ask(rule, rules.change("s3-acl", rules.bucket_item(name)))
    assert seen.outcome == run.outcome == "observed" and told[name]["ComplianceType"] == "NON_COMPLIANT"
    assert run.line["findings"] == seen.line["findings"]
