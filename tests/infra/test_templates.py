"""The templates read as data: every function has its parts everywhere, and numbers that belong together agree."""

import re
import tomllib

import pytest

from harness import templates
from harness.functions import FUNCTIONS, ROWS, Row
from harness.stack import ROOT

RESOURCES = {
    "foundation": ("Queue", "DeadLetters", "QueuePolicy", "DeadLettersPolicy", "LogGroup", "Role"),
    "functions": ("Function",),
    "triggers": ("ComplianceRule", "EvaluationsRule", "Mapping"),
    "watch": (
        "ErrorsAlarm", "ThrottlesAlarm", "DeadLettersAlarm", "QueueAgeAlarm", "FailedAlarm", "StillOpenAlarm",
        "AlertsNotDeliveredAlarm",
    ),
}
OUTPUTS = {
    "foundation": ("RoleArn", "QueueUrl", "DeadLettersUrl"),
    "functions": ("FunctionArn",),
    "triggers": (),
    "watch": (),
}


def resources_of(row, name):
    """The logical ids that a function has in a template."""
    # What changes nothing leaves nothing open after a change.
    parts = [part for part in RESOURCES[name] if row.changes or part != "StillOpenAlarm"]
    return [templates.logical(row.name) + part for part in parts]


def missing(row, loaded):
    """What of a function's parts is in no template, each as `file: part`."""
    gone = []
    for name, template in loaded.items():
        outputs = [templates.logical(row.name) + part for part in OUTPUTS[name]]
        gone += [f"{name}.yaml: the resource {one}" for one in resources_of(row, name) if one not in template["Resources"]]
        gone += [f"{name}.yaml: the output {one}" for one in outputs if one not in template.get("Outputs", {})]
    return [*gone, *_missing_mentions(row, loaded)]


def _missing_mentions(row, loaded):
    foundation, watch = loaded["foundation"]["Resources"], loaded["watch"]["Resources"]
    function, control, group = row.name, row.control, f"/aws/lambda/curfew-{row.name}"
    logs = next(s for s in foundation["Key"]["Properties"]["KeyPolicy"]["Statement"] if s["Sid"] == "CloudWatchLogs")
    encrypted = [arn.rsplit(":", 1)[-1] for arn in templates.resolve(logs["Condition"]["ArnEquals"]["kms:EncryptionContext:aws:logs:arn"])]
    if group not in encrypted:
        yield f"foundation.yaml: {group} in the key policy's statement CloudWatchLogs"
    for name, resource in watch.items():
        if resource["Type"] == "AWS::Logs::QueryDefinition" and group not in resource["Properties"]["LogGroupNames"]:
            yield f"watch.yaml: {group} in the saved query {name}"
    unread = [m["MetricStat"]["Metric"] for m in watch["SettingsNotReadAlarm"]["Properties"]["Metrics"] if "MetricStat" in m]
    if {"Name": "control", "Value": control} not in [dimension for metric in unread for dimension in metric["Dimensions"]]:
        yield f"watch.yaml: the control {control} in SettingsNotReadAlarm"
    body = templates.dashboard()
    wanted = {
        "Duration": control, "ApiCalls": control, "Invocations": f"curfew-{function}", "IncomingBytes": group,
        "ApproximateAgeOfOldestMessage": f"curfew-{function}",
    }
    shown = [metric[1:4:2] for widget in body["widgets"] for metric in widget["properties"].get("metrics", []) if len(metric) > 1]
    for metric, of in wanted.items():
        if [metric, of] not in shown:
            yield f"watch.yaml: {metric} of {of} on the dashboard"
    for queue in (f"curfew-{function}", f"curfew-{function}-dead-letters"):
        if ["ApproximateNumberOfMessagesVisible", queue] not in shown:
            yield f"watch.yaml: ApproximateNumberOfMessagesVisible of {queue} on the dashboard"
    alarms = [arn for widget in body["widgets"] for arn in widget["properties"].get("alarms", [])]
    for part in resources_of(row, "watch"):
        resource = watch.get(part)
        if resource and not any(arn.endswith(f":alarm:{resource['Properties']['AlarmName']}") for arn in alarms):
            yield f"watch.yaml: the alarm {resource['Properties']['AlarmName']} on the dashboard"
    for widget in body["widgets"]:
        if widget["type"] == "log" and f"SOURCE '{group}'" not in widget["properties"]["query"]:
            yield f"watch.yaml: {group} in the dashboard's widget \"{widget['properties']['title']}\""


@pytest.fixture(scope="module")
def loaded():
    return {name: templates.load(name) for name in templates.TEMPLATES}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_function_has_all_its_parts(loaded, row):
    gone = missing(row, loaded)
    assert not gone, "missing:\n  " + "\n  ".join(gone)


def test_a_new_function_is_told_everything_that_it_lacks(loaded):
    gone = missing(Row("rds-snapshot-private", "rds-snapshot", "AWS::RDS::DBSnapshot", changes=True), loaded)
    for wanted in (
        "foundation.yaml: the resource RdsSnapshotPrivateRole",
        "foundation.yaml: the output RdsSnapshotPrivateQueueUrl",
        "foundation.yaml: /aws/lambda/curfew-rds-snapshot-private in the key policy's statement CloudWatchLogs",
        "functions.yaml: the resource RdsSnapshotPrivateFunction",
        "triggers.yaml: the resource RdsSnapshotPrivateMapping",
        "watch.yaml: the resource RdsSnapshotPrivateStillOpenAlarm",
        "watch.yaml: the control rds-snapshot in SettingsNotReadAlarm",
        "watch.yaml: /aws/lambda/curfew-rds-snapshot-private in the saved query FailuresQuery",
        "watch.yaml: Duration of rds-snapshot on the dashboard",
        "watch.yaml: ApproximateNumberOfMessagesVisible of curfew-rds-snapshot-private-dead-letters on the dashboard",
    ):
        assert wanted in gone


def test_no_part_is_left_of_a_function_that_is_gone_nor_one_that_a_function_has_no_use_for(loaded):
    # The recorder's role is AWS Config's.
    shared = {"SettingsNotReadAlarm", "RecorderRole", "TopicPolicy", "RecorderBucketPolicy"}
    for name, template in loaded.items():
        wanted = {one for row in ROWS.values() for one in resources_of(row, name)} | shared
        parts = [one for one in template["Resources"] if one.endswith(RESOURCES[name]) and one not in RESOURCES[name]]
        assert set(parts) <= wanted


def test_every_template_of_the_folder_is_known():
    assert {path.stem for path in templates.INFRA.glob("*.yaml")} == set(templates.TEMPLATES)


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_a_template_explains_itself(loaded, name):
    template = loaded[name]
    assert re.search(r"^# A new function: ", templates.text(name), re.MULTILINE)
    for parameter, settings in template["Parameters"].items():
        assert settings.get("Description"), parameter
        assert settings.get("ConstraintDescription"), parameter
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [parameter for group in interface["ParameterGroups"] for parameter in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"]) == sorted(interface["ParameterLabels"])
    for output in template.get("Outputs", {}).values():
        assert output["Description"]


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_every_partition_is_served(name):
    for number, line in enumerate(templates.text(name).splitlines(), 1):
        assert not re.search(r"arn:aws(?!\[)", line.split("#")[0]), f"{name}.yaml, line {number}"
        # Service principals that are the same everywhere are the ones that end in .amazonaws.com.
        for host in re.findall(r"[a-z0-9.${}:A-Z]+\.amazonaws\.com", line):
            assert re.fullmatch(r"(cloudwatch|events|lambda|config)\.amazonaws\.com", host), f"{name}.yaml, line {number}"


UNTAGGED = {
    "AWS::CloudWatch::Dashboard", "AWS::Config::ConfigRule", "AWS::Config::ConfigurationRecorder",
    "AWS::Config::DeliveryChannel", "AWS::KMS::Alias", "AWS::Logs::QueryDefinition", "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
}


# Tagged by their stack alone: the emulator cannot read their own tags.
TAGGED_BY_STACK = {"AWS::KMS::Key", "AWS::SSM::Parameter"}


@pytest.mark.parametrize("name", templates.TEMPLATES)
def test_everything_that_can_have_tags_has_the_project_tag(loaded, name):
    for logical_id, resource in loaded[name]["Resources"].items():
        tags = resource["Properties"].get("Tags")
        if resource["Type"] in UNTAGGED | TAGGED_BY_STACK:
            assert tags is None, logical_id
        else:
            assert tags == [{"Key": "project", "Value": "curfew"}], logical_id


def test_nothing_that_holds_something_is_lost(loaded):
    for name, template in loaded.items():
        for logical_id, resource in template["Resources"].items():
            kind = resource["Type"]
            if kind in ("AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::SSM::Parameter", "AWS::S3::Bucket"):
                # A first creation that fails leaves nothing behind that the next one would stumble over.
                assert resource.get("DeletionPolicy") == "RetainExceptOnCreate", logical_id
                assert resource.get("UpdateReplacePolicy") == "Retain", logical_id
            if kind in ("AWS::SQS::Queue", "AWS::SNS::Topic"):
                assert resource.get("UpdateReplacePolicy") == "Retain", logical_id
        # CloudFormation takes kept resources back in by a name without functions.
    for logical_id in [f"{templates.logical(f)}LogGroup" for f in FUNCTIONS]:
        assert isinstance(loaded["foundation"]["Resources"][logical_id]["Properties"]["LogGroupName"], str)
    assert loaded["foundation"]["Resources"]["Settings"]["Properties"]["Name"] == "/curfew/settings"
    # Another value here would overwrite people's settings at the next upgrade.
    assert loaded["foundation"]["Resources"]["Settings"]["Properties"]["Value"] == '{"version":1}'


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_numbers_of_a_queue_fit_the_function(loaded, function):
    prefix = templates.logical(function)
    resources = loaded["foundation"]["Resources"]
    queue, dead = (resources[prefix + part]["Properties"] for part in ("Queue", "DeadLetters"))
    properties = loaded["functions"]["Resources"][f"{prefix}Function"]["Properties"]
    assert queue["VisibilityTimeout"] >= 6 * properties["Timeout"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": {"Fn::GetAtt": [f"{prefix}DeadLetters", "Arn"]}, "maxReceiveCount": 8}
    assert dead["MessageRetentionPeriod"] == 14 * 86400 > queue["MessageRetentionPeriod"]
    # All deliveries happen within the queue's own retention.
    assert queue["MessageRetentionPeriod"] > 8 * queue["VisibilityTimeout"]
    assert dead["RedriveAllowPolicy"]["redrivePermission"] == "byQueue"
    (source,) = templates.resolve(dead["RedriveAllowPolicy"]["sourceQueueArns"])
    assert source.endswith(f":{queue['QueueName']}") and queue["QueueName"] == f"curfew-{function}"
    mapping = loaded["triggers"]["Resources"][f"{prefix}Mapping"]["Properties"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert templates.resolve(mapping["EventSourceArn"]) == source
    assert templates.resolve(mapping["FunctionName"]).endswith(f":function:{properties['FunctionName']}")
    assert properties["FunctionName"] == f"curfew-{function}"


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_queue_admits_exactly_the_rules_of_its_function(loaded, function):
    prefix = templates.logical(function)
    rules = {
        f":rule/{loaded['triggers']['Resources'][prefix + part]['Properties']['Name']}"
        for part in ("ComplianceRule", "EvaluationsRule")
    }
    for queue in ("Queue", "DeadLetters"):
        policy = loaded["foundation"]["Resources"][f"{prefix}{queue}Policy"]["Properties"]
        assert policy["Queues"] == [{"Ref": prefix + queue}]
        allow, deny = policy["PolicyDocument"]["Statement"]
        assert (allow["Effect"], allow["Principal"], allow["Action"]) == ("Allow", {"Service": "events.amazonaws.com"}, "sqs:SendMessage")
        assert allow["Resource"] == deny["Resource"] == {"Fn::GetAtt": [prefix + queue, "Arn"]}
        assert set(allow["Condition"]) == {"ArnEquals"}
        admitted = templates.resolve(allow["Condition"]["ArnEquals"]["aws:SourceArn"])
        assert {arn[arn.index(":rule/"):] for arn in admitted} == rules
        assert (deny["Effect"], deny["Principal"], deny["Condition"]) == ("Deny", "*", {"Bool": {"aws:SecureTransport": "false"}})


def test_alarms_go_to_the_topic_and_say_what_to_do(loaded):
    queries = [r["Properties"]["Name"] for r in loaded["watch"]["Resources"].values() if r["Type"] == "AWS::Logs::QueryDefinition"]
    for logical_id, resource in loaded["watch"]["Resources"].items():
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        alarm = templates.resolve(resource["Properties"])
        (action,) = alarm["AlarmActions"]
        assert action.endswith(":curfew-alerts"), logical_id
        assert alarm["TreatMissingData"] == "notBreaching", logical_id
        description = alarm["AlarmDescription"]
        assert len(description) <= 1024 and "What to do: " in description, logical_id
        assert all(query in queries for query in re.findall(r"curfew/[a-z0-9-]+(?!\S*/)", description.replace("/curfew/settings", ""))), logical_id


def names_in(loaded, template, kind, key):
    return {r["Properties"][key] for r in loaded[template]["Resources"].values() if r["Type"] == kind}


def test_an_alarm_watches_what_the_templates_make_and_its_own_functions_part(loaded):
    made = {
        "FunctionName": names_in(loaded, "functions", "AWS::Lambda::Function", "FunctionName"),
        "QueueName": names_in(loaded, "foundation", "AWS::SQS::Queue", "QueueName"),
        "RuleName": names_in(loaded, "triggers", "AWS::Events::Rule", "Name"),
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
            own = [function for function in FUNCTIONS if alarm.startswith(f"curfew-{function}-")]
            assert all(value.startswith(f"curfew-{function}") for function in own), alarm
            watched.add(value)
        assert watched == made[dimension], namespace


def test_an_alarm_fires_at_the_first_count(loaded):
    for resource in loaded["watch"]["Resources"].values():
        if resource["Type"] == "AWS::CloudWatch::Alarm":
            alarm = resource["Properties"]
            assert (alarm["EvaluationPeriods"], alarm["ComparisonOperator"]) == (1, "GreaterThanThreshold")
            assert alarm["Threshold"] == (0 if alarm.get("MetricName") != "ApproximateAgeOfOldestMessage" else {"Ref": "OldestMessageSeconds"})
            assert all(one["MetricStat"]["Stat"] == "Sum" for one in alarm.get("Metrics", []) if "MetricStat" in one)


def test_an_outcome_that_an_alarm_watches_is_one_that_its_control_can_have():
    for alarm, metric, dimensions in templates.alarms("Curfew"):
        outcome = dict(dimensions).get("outcome")
        rows = [row for row in ROWS.values() if row.control == dict(dimensions)["control"]]
        assert len(rows) == 1, (alarm, metric)
        # What changes nothing leaves nothing open after a change.
        assert outcome in ({None, "failed", "still-open"} if rows[0].changes else {None, "failed"}), alarm
        assert alarm.startswith((f"curfew-{rows[0].name}-", "curfew-settings-not-read")), alarm


def test_queries_by_outcome_leave_out_the_lines_that_hold_metrics():
    about_outcomes = [query for query in templates.queries().values() if "outcome in" in query]
    assert len(about_outcomes) == 3
    assert all("ispresent(resource)" in query or "ispresent(level)" in query for query in about_outcomes)


def test_the_folders_readme_knows_every_parameter_and_counts_the_alarms(loaded):
    text = (templates.INFRA / "README.md").read_text()
    for name, template in loaded.items():
        for parameter in template["Parameters"]:
            assert f"`{parameter}`" in text, f"{name}.yaml: {parameter}"
    alarms = [r["Properties"] for r in loaded["watch"]["Resources"].values() if r["Type"] == "AWS::CloudWatch::Alarm"]
    # An alarm over several metrics is paid for by the metric.
    metrics = sum(len([one for one in alarm.get("Metrics", ["its own"]) if one == "its own" or "MetricStat" in one]) for alarm in alarms)
    for readme in (text, (ROOT / "README.md").read_text()):
        assert f"{len(alarms)} alarms over {metrics} metrics" in readme


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
    parameters = loaded["foundation"]["Parameters"]
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
    }
    for parameter, (good, bad) in accepts.items():
        pattern = parameters[parameter]["AllowedPattern"]
        for value in good:
            assert re.search(pattern, value), (parameter, value)
        for value in bad:
            assert not re.search(pattern, value), (parameter, value)
    ports = loaded["triggers"]["Parameters"]["AuthorizedTcpPorts"]["AllowedPattern"]
    assert all(re.search(ports, value) for value in ("80,443", "22", "443,1020-1025"))
    assert not any(re.search(ports, value) for value in ("", "80, 443", "80,", "http", "1-2-3"))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_functions_yaml_is_what_cargo_lambda_deploys(loaded, function):
    cargo = tomllib.loads((ROOT / "functions" / function / "Cargo.toml").read_text())["package"]
    deploy = cargo["metadata"]["lambda"]["deploy"]
    properties = loaded["functions"]["Resources"][f"{templates.logical(function)}Function"]["Properties"]
    assert properties["MemorySize"] == deploy["memory"]
    assert properties["Timeout"] == deploy["timeout"]
    assert properties["TracingConfig"]["Mode"].lower() == deploy["tracing"].lower()
    assert {tag["Key"]: tag["Value"] for tag in properties["Tags"]} == dict(tag.split("=") for tag in deploy["tags"])
    variables = {"TOPIC_ARN", "CURFEW_SETTINGS_PARAMETER", *deploy.get("env", {})}
    assert properties["Environment"]["Variables"].keys() == variables
    assert properties["Description"] == cargo["description"]
