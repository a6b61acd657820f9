"""The templates read as data: a function has its parts from its row, and numbers that belong together agree."""

import re

import pytest

from harness import templates
from harness.documents import DOCUMENTS
from harness.functions import FUNCTIONS, QUEUED, ROWS


@pytest.fixture(scope="module")
def loaded():
    return {name: templates.load(name) for name in templates.TEMPLATES}


def test_every_template_of_the_folder_is_known():
    assert {path.stem for path in templates.INFRA.glob("*.yaml")} == set(templates.TEMPLATES)


def test_no_template_but_for_its_role_names_a_function(loaded):
    for name in templates.TEMPLATES:
        # AWS Config's ARNs have a part that is called as the function of its rules is.
        text = templates.text(name).replace(":config-rule/", ":")
        lines = [line for line in text.splitlines() if any(re.search(rf"\b{function}\b", line) for function in FUNCTIONS)]
        # A role's comment, name and description are the function's own; a rule names its function.
        own = {"shared": r"  # |      (RoleName|Description): |# A new function", "config": r" +(FunctionName|SourceIdentifier|Name|Arn|SourceArn|Roles): "}
        assert all(name in own and re.match(own[name], line) for line in lines), lines


def test_each_function_has_a_role_that_lists_what_it_shares_with_others(loaded):
    resources = loaded["shared"]["Resources"]
    wanted = [f"{templates.logical(function)}Role" for function in FUNCTIONS]
    assert [name for name, one in resources.items() if one["Type"] == "AWS::IAM::Role"] == wanted
    listed = {name: {one["Ref"] for one in resources[name]["Properties"]["ManagedPolicyArns"]} for name in wanted}
    # Who only answers AWS Config or only looks tells nobody and writes nothing down.
    assert {name for name in wanted if "EveryFunction" in listed[name]} == set(wanted)
    assert {name for name in wanted if "TellsAndRecords" in listed[name]} == set(wanted) - {"ConfigRuleRole", "SweepRole"}
    assert {name for name in wanted if "ReadsRecords" in listed[name]} == set(wanted)
    # What is no role's own is listed by several.
    for name, one in resources.items():
        if one["Type"] == "AWS::IAM::ManagedPolicy":
            assert len(one["Properties"].get("Roles", [])) == 1 or sum(name in policies for policies in listed.values()) > 1, name


def test_each_control_has_a_rule_that_the_rules_function_answers_for(loaded):
    rules = [one for one in templates.resources("config").values() if one["Type"] == "AWS::Config::ConfigRule"]
    own = {one["Properties"]["InputParameters"]["control"]: one for one in rules if one["Properties"]["Source"]["Owner"] == "CUSTOM_LAMBDA"}
    assert {control: one["Properties"]["Scope"]["ComplianceResourceTypes"] for control, one in own.items()} == {
        row.control: [row.resource] for row in ROWS.values() if row.resource
    }
    permission = templates.resources("config")["MayInvoke"]["Properties"]
    assert (permission["Principal"], permission["SourceAccount"]) == ("config.amazonaws.com", templates.ACCOUNT)
    kinds = ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"]
    for control, one in own.items():
        source = one["Properties"]["Source"]
        assert one["Properties"]["ConfigRuleName"] == f"curfew-{control}"
        assert source["SourceIdentifier"] == permission["FunctionName"]
        *changes, daily = source["SourceDetails"]
        assert [each["MessageType"] for each in changes] == kinds
        condition, schedule, otherwise = daily["Fn::If"]
        assert (condition, otherwise) == ("EvaluatesDaily", {"Ref": "AWS::NoValue"})
        assert (schedule["MessageType"], schedule["MaximumExecutionFrequency"]) == ("ScheduledNotification", "TwentyFour_Hours")


def test_rules_are_evaluated_again_only_where_that_was_asked_for_and_then_once_an_hour():
    resources, raw = templates.resources("config"), templates.load("config")["Resources"]
    mine = {name for name, one in raw.items() if one.get("Condition") == "Reevaluates"}
    assert mine == {"ReevaluationTick", "MayTick", "StartRules"}
    assert templates.load("config")["Parameters"]["Reevaluate"]["Default"] == "no"
    tick, may = resources["ReevaluationTick"]["Properties"], resources["MayTick"]["Properties"]
    assert tick["ScheduleExpression"] == "rate(1 hour)"
    [target] = tick["Targets"]
    assert target["Arn"] == may["FunctionName"] == resources["MayInvoke"]["Properties"]["FunctionName"]
    assert (may["Principal"], may["SourceArn"].split("/")[-1]) == ("events.amazonaws.com", tick["Name"])


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_a_template_explains_itself(loaded, name):
    template = loaded[name]
    assert re.match(r'AWSTemplateFormatVersion: "2010-09-09"\nDescription: .{30,}\n\n# ', templates.text(name))
    for parameter, settings in template["Parameters"].items():
        assert settings.get("Description"), parameter
        # What the allowed values or the range say needs no words.
        assert settings.get("ConstraintDescription") or settings["Type"] == "Number" or "AllowedValues" in settings, parameter
    for output in template.get("Outputs", {}).values():
        assert output["Description"]


def test_what_templates_have_in_common_they_have_alike(loaded):
    for parameter in ("NamePrefix", "KeyArn", "RolePath", "PermissionsBoundary", "AlertTopicArn"):
        forms = [template["Parameters"][parameter] for template in loaded.values() if parameter in template["Parameters"]]
        alike = [{key: value for key, value in form.items() if key not in ("Description", "MaxLength")} for form in forms]
        assert len(forms) > 1 and all(one == alike[0] for one in alike), parameter


def test_the_templates_stay_small():
    # Another function brings its role, and where it is a control's a rule.
    assert sum(len(templates.text(name).splitlines()) for name in templates.TEMPLATES) <= 1400 + 50 * (len(FUNCTIONS) - 6)
    # CloudFormation takes no longer text in a call.
    assert all(len(templates.text(name).encode()) <= 51_200 for name in templates.TEMPLATES)


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_every_partition_is_served(name):
    for number, line in enumerate(templates.text(name).splitlines(), 1):
        assert not re.search(r"arn:aws(?!\[)", line.split("#")[0]), f"{name}.yaml, line {number}"
        # Service principals that are the same everywhere are the ones that end in .amazonaws.com.
        for host in re.findall(r"[a-z0-9.${}:A-Z]+\.amazonaws\.com", line):
            assert re.fullmatch(r"(cloudwatch|events|lambda|config)\.amazonaws\.com", host), f"{name}.yaml, line {number}"


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_a_resource_has_its_stacks_tag_and_no_other(loaded, name):
    # Each way to deploy gives the stacks the tag, and only the function that cargo-lambda makes has one by itself.
    assert not any("Tags" in one["Properties"] for one in loaded[name]["Resources"].values())
    assert "--tags Key=project,Value=curfew" in (templates.INFRA / "README.md").read_text()


def test_nothing_that_holds_something_is_lost(loaded):
    for name, template in loaded.items():
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            holds = kind in ("AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::S3::Bucket") or logical_id == "SettingsParameter"
            if holds:
                # A first creation that fails leaves nothing behind that the next one would stumble over.
                assert resource.get("DeletionPolicy") == "RetainExceptOnCreate", logical_id
                assert resource.get("UpdateReplacePolicy") == "Retain", logical_id
                # Whatever people would miss is in the stack that `make remove` leaves; the bucket is AWS Config's.
                assert name == "kept" or kind == "AWS::S3::Bucket", logical_id
            if kind in ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::Lambda::Version"):
                assert resource.get("UpdateReplacePolicy") == "Retain", logical_id


def test_the_settings_begin_with_the_mode_that_is_said(loaded):
    assert "Default" not in loaded["kept"]["Parameters"]["Mode"]
    value = loaded["kept"]["Resources"]["SettingsParameter"]["Properties"]["Value"]
    assert value == {"Fn::If": ["HasSettings", {"Ref": "Settings"}, {"Fn::Sub": '{"version":1,"mode":"${Mode}"}'}]}
    pattern = loaded["kept"]["Parameters"]["Settings"]["AllowedPattern"]
    assert all(re.search(pattern, text) for text in ("", '{"version":1,"mode":"observe"}', '{ "mode" : "enforce", "sg": {"quarantine": "isolate"} }\n'))
    assert not any(re.search(pattern, text) for text in ("{}", '{"mode":"off"}', "mode"))


@pytest.mark.parametrize("function", QUEUED)
def test_the_numbers_of_a_queue_fit_the_function(function):
    resources = templates.resources("function", function)
    queue, dead, lambda_, mapping = (resources[name]["Properties"] for name in ("Queue", "DeadLetters", "Function", "Mapping"))
    visible = int(queue["VisibilityTimeout"])
    assert visible >= 6 * int(lambda_["Timeout"])
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}, "maxReceiveCount": 8}
    assert dead["MessageRetentionPeriod"] == 14 * 86400 > queue["MessageRetentionPeriod"]
    # All deliveries happen within the queue's own retention.
    assert queue["MessageRetentionPeriod"] > 8 * visible
    assert dead["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
    (source,) = dead["RedriveAllowPolicy"]["sourceQueueArns"]
    assert source.endswith(f":{queue['QueueName']}") and queue["QueueName"] == f"curfew-{function}"
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": ["Queue", "Arn"]}
    assert mapping["FunctionName"]["Fn::If"][2].endswith(f":function:{lambda_['FunctionName']}:live")
    assert lambda_["FunctionName"] == f"curfew-{function}"


@pytest.mark.parametrize("function", QUEUED)
def test_a_queue_admits_exactly_the_rules_of_its_function(function):
    resources = templates.resources("function", function)
    rules = {f":rule/curfew-{function}-{kind}" for kind in ("calls", "findings", "tick")}
    there = {f":rule/{one['Properties']['Name']}" for one in resources.values() if one["Type"] == "AWS::Events::Rule"}
    assert there == (rules if ROWS[function].resource else {f":rule/curfew-{function}-tick"})
    policy = resources["QueuesPolicy"]["Properties"]
    assert policy["Queues"] == [{"Ref": "Queue"}, {"Ref": "DeadLetters"}]
    allow, deny = policy["PolicyDocument"]["Statement"]
    assert (allow["Effect"], allow["Principal"], allow["Action"]) == ("Allow", {"Service": "events.amazonaws.com"}, "sqs:SendMessage")
    # In the policy of a queue everything is that queue.
    assert allow["Resource"] == deny["Resource"] == "*"
    assert set(allow["Condition"]) == {"ArnEquals"}
    assert {arn[arn.index(":rule/"):] for arn in allow["Condition"]["ArnEquals"]["aws:SourceArn"]} == rules
    assert (deny["Effect"], deny["Principal"], deny["Condition"]) == ("Deny", "*", {"Bool": {"aws:SecureTransport": "false"}})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_alarms_go_to_the_topic_and_say_what_to_do(function):
    queries = [r["Properties"]["Name"] for r in templates.resources("shared").values() if r["Type"] == "AWS::Logs::QueryDefinition"]
    found = templates.alarms_of(function)
    row = ROWS[function]
    # What nobody triggers has no queue, and counts what it does by the controls whose work it puts back.
    assert len(found) == (9 - (not row.changes) if row.resource else 6 if row.schedule else 3)
    for logical_id, alarm in found.items():
        (action,) = alarm["AlarmActions"]
        assert action.endswith(":curfew-alerts"), logical_id
        assert alarm["AlarmName"].startswith(f"curfew-{function}-")
        description = alarm["AlarmDescription"]
        assert len(description) <= 1024 and "What to do: " in description and "${" not in description, logical_id
        named = re.findall(r"(?<!/)curfew/[a-z0-9-]+", description.replace("alias/curfew", ""))
        assert all(query in queries for query in named), logical_id


def names_in(kind, key):
    found = [one for function in FUNCTIONS for one in templates.resources("function", function).values()]
    return {one["Properties"][key] for one in found if one["Type"] == kind}


def test_an_alarm_watches_what_the_templates_make_and_its_own_functions_part():
    made = {
        "FunctionName": names_in("AWS::Lambda::Function", "FunctionName"),
        "QueueName": names_in("AWS::SQS::Queue", "QueueName"),
        # The next hour makes up for a tick that is lost.
        "RuleName": {name for name in names_in("AWS::Events::Rule", "Name") if not name.endswith("-tick")},
    }
    metrics = {
        "AWS/Lambda": ({"Errors", "Throttles"}, "FunctionName"),
        "AWS/SQS": ({"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}, "QueueName"),
        "AWS/Events": ({"InvocationsFailedToBeSentToDlq"}, "RuleName"),
    }
    for namespace, (known, dimension) in metrics.items():
        watched = set()
        for alarm, metric, dimensions in templates.alarms(namespace):
            [(name, value)] = dimensions
            assert (metric in known, name, value in made[dimension]) == (True, dimension, True), alarm
            [own] = [function for function in FUNCTIONS if alarm.startswith(f"curfew-{function}-")]
            assert value.startswith(f"curfew-{own}"), alarm
            watched.add(value)
        assert watched == made[dimension], namespace


def test_an_outcome_that_an_alarm_watches_is_one_that_its_control_can_have():
    for alarm, metric, dimensions in templates.alarms("Curfew"):
        outcome = dict(dimensions).get("outcome")
        [row] = [row for row in ROWS.values() if alarm.startswith(f"curfew-{row.name}-")]
        assert dict(dimensions)["control"] == row.control, (alarm, metric)
        # What changes nothing leaves nothing open after a change.
        assert outcome in ({None, "failed", "still-open"} if row.changes else {None, "failed"}), alarm


def test_queries_by_outcome_leave_out_the_lines_that_hold_metrics():
    about_outcomes = [query for query in templates.queries().values() if "outcome in" in query]
    assert len(about_outcomes) == 3
    assert all("ispresent(resource)" in query or "ispresent(level)" in query for query in about_outcomes)


def test_the_folders_readme_knows_every_parameter_and_counts_the_alarms(loaded):
    text = DOCUMENTS["infra/README.md"].path.read_text()
    for name, template in loaded.items():
        for parameter in template["Parameters"]:
            assert f"`{parameter}`" in text, f"{name}.yaml: {parameter}"
    # An alarm over several metrics is paid for by the metric.
    counted = {}
    for function, row in ROWS.items():
        kind = row.changes if row.resource else function
        alarms = templates.alarms_of(function).values()
        counted[kind] = (len(alarms), sum("MetricStat" in one for alarm in alarms for one in alarm["Metrics"]))
    told = f"{counted[True][0]} alarms over {counted[True][1]} metrics a function ({counted[False][0]} over {counted[False][1]} where it only reports, {counted['restore'][0]} over {counted['restore'][1]} for restore and for config-rule, {counted['sweep'][0]} over {counted['sweep'][1]} for sweep)"
    assert counted["restore"] == counted["config-rule"]
    assert told in " ".join(text.split())


def test_the_dashboard_fits_its_grid():
    taken = set()
    for widget in templates.dashboard()["widgets"]:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert max(x for x, _ in cells) < 24
        assert not taken & cells, widget["properties"]["title"]
        taken |= cells


def test_parameters_take_what_is_right_and_refuse_what_is_not(loaded):
    parameters = loaded["shared"]["Parameters"]
    accepts = {
        "Email": (["", "ops@example.com", "a+b@sub.example.co.uk"], ["ops", "ops@example", "a b@example.com", "a@b@example.com", "ops@example.com,x@example.com"]),
        "AlertTopicArn": (
            [
                "", "arn:aws:sns:eu-central-1:123456789012:curfew-alerts", "arn:aws-cn:sns:cn-north-1:123456789012:t",
                "arn:aws-us-gov:sns:us-gov-west-1:123456789012:t", "arn:aws-eusc:sns:eusc-de-east-1:123456789012:t",
                "arn:aws-iso:sns:us-iso-east-1:123456789012:t", "arn:aws-iso-b:sns:us-isob-east-1:123456789012:t",
                "arn:aws-iso-e:sns:eu-isoe-west-1:123456789012:t", "arn:aws-iso-f:sns:us-isof-south-1:123456789012:t",
            ],
            ["curfew-alerts", "arn:aws:sns:eu-central-1:123456789012:t.fifo", "arn:aws:sqs:eu-central-1:123456789012:t"],
        ),
        "AlertKeyArn": (
            ["", "arn:aws:kms:eu-central-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab"],
            ["alias/curfew", "arn:aws:kms:eu-central-1:123456789012:alias/curfew"],
        ),
        "RolePath": (["/", "/security/", "/a/b/"], ["", "security", "/security", "//"]),
        "PermissionsBoundary": (["", "arn:aws:iam::123456789012:policy/boundaries/app"], ["boundary", "arn:aws:iam::123456789012:role/x"]),
        "NamePrefix": (["curfew", "acme-curfew"], ["", "c", "Acme", "acme_curfew", "curfew-", "a" * 21]),
    }
    for parameter, (good, bad) in accepts.items():
        pattern = parameters[parameter]["AllowedPattern"]
        for value in good:
            assert re.search(pattern, value), (parameter, value)
        for value in bad:
            assert not re.search(pattern, value), (parameter, value)
    ports = loaded["config"]["Parameters"]["AuthorizedTcpPorts"]["AllowedPattern"]
    assert all(re.search(ports, value) for value in ("80,443", "22", "443,1020-1025"))
    assert not any(re.search(ports, value) for value in ("", "80, 443", "80,", "http", "1-2-3"))
