"""What the tool says of AWS Config and CloudTrail in a Region."""

import checks
import commands
import pytest
from made_up import NOW


def recorders(place, recording=True, **more):
    one = {"name": "default", "roleARN": "r", "recordingGroup": {"allSupported": True}, **more}
    place.answers("config", "describe_configuration_recorders", {"ConfigurationRecorders": [one]})
    if "recordingScope" not in more:
        status = [{"name": "default", "recording": recording}]
        place.answers("config", "describe_configuration_recorder_status", {"ConfigurationRecordersStatus": status})
    return [what for _, what in checks.recorder(place)]


def test_what_is_wrong_with_a_recorder_is_said(place):
    assert recorders(place) == []
    assert "is stopped" in recorders(place, recording=False)[0]
    [told] = recorders(place, recordingGroup={"resourceTypes": ["AWS::IAM::Role"]})
    assert "does not record AWS::EC2::SecurityGroup, AWS::S3::Bucket" in told
    [told] = recorders(place, recordingMode={"recordingFrequency": "DAILY"})
    assert "AWS::EC2::SecurityGroup, AWS::S3::Bucket once a day" in told
    override = {"resourceTypes": ["AWS::S3::Bucket"], "recordingFrequency": "CONTINUOUS"}
    [told] = recorders(place, recordingMode={"recordingFrequency": "DAILY", "recordingModeOverrides": [override]})
    assert "AWS::EC2::SecurityGroup once a day" in told
    # One that a service has for itself is none.
    assert "records nothing" in recorders(place, recordingScope="INTERNAL", servicePrincipal="securityhub.amazonaws.com")[0]


def test_rules_of_others_have_to_be_about_each_type_and_to_tell_what_they_see(place):
    def rule(kind, visibility="EXTERNAL"):
        return {"ConfigRuleName": "r", "Source": {"Owner": "AWS", "SourceIdentifier": "X"}, "Scope": {"ComplianceResourceTypes": [kind]}, "RuleEvaluationVisibility": visibility}

    place.answers("config", "describe_config_rules", {"ConfigRules": [rule("AWS::S3::Bucket"), rule("AWS::EC2::SecurityGroup", "INTERNAL")]})
    [(_, told)] = checks.rules(place, "no")
    assert "about AWS::EC2::SecurityGroup" in told and "will ever fire" in told
    place.answers("config", "describe_config_rules", {"ConfigRules": [rule("AWS::S3::Bucket"), rule("AWS::EC2::SecurityGroup")]})
    assert checks.rules(place, "no") == []
    assert checks.rules(place, "yes") == []


MANAGEMENT = {"Field": "eventCategory", "Equals": ["Management"]}


OBJECTS = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}]


def selectors(kind, *found):
    return {kind: list(found)}


@pytest.mark.parametrize(("found", "silent"), [
    # As every trail begins.
    ({}, "data events of S3"),
    (selectors("EventSelectors", {"ReadWriteType": "All"}), "data events of S3"),
    (selectors("EventSelectors", {"ReadWriteType": "ReadOnly"}), "management events"),
    (selectors("EventSelectors", {"IncludeManagementEvents": False, "DataResources": [{"Type": "AWS::S3::Object"}]}), "management events"),
    (selectors("EventSelectors", {"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object"}]}), None),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT]}), "data events of S3"),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT, {"Field": "readOnly", "Equals": ["true"]}]}), "management events"),
    (selectors("AdvancedEventSelectors", {"FieldSelectors": [MANAGEMENT]}, {"FieldSelectors": OBJECTS}), None),
    # What a member of an organization may not read is not complained of.
    (None, None),
])
def test_a_trail_counts_by_what_it_selects(place, found, silent):
    arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/t"
    place.answers("cloudtrail", "describe_trails", {"trailList": [{"TrailARN": arn}, {"TrailARN": f"{arn}2"}]}, {"includeShadowTrails": True})
    place.answers("cloudtrail", "get_trail_status", {"IsLogging": True}, {"Name": arn})
    if found is None:
        place.refuses("cloudtrail", "get_event_selectors", "AccessDeniedException")
    else:
        place.answers("cloudtrail", "get_event_selectors", found, {"TrailName": arn})
    place.answers("cloudtrail", "get_trail_status", {"IsLogging": False}, {"Name": f"{arn}2"})
    told = checks.trails(place)
    assert [f"no trail logs {silent} in eu-central-1" in one for one in told] == ([True] if silent else [])


def test_status_says_of_each_rule_of_curfews_own_how_its_last_evaluation_went(place):
    names = ("curfew-s3-bucket-public-read-prohibited", "securityhub-restricted-ssh-1a2b3c", "curfew-new", "curfew-denied")
    rules = [{"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": "X"}} for name in names]
    place.answers("config", "describe_config_rules", {"ConfigRules": rules})
    answer = [
        {"ConfigRuleName": names[0], "LastSuccessfulEvaluationTime": NOW},
        {"ConfigRuleName": names[2]},
        {"ConfigRuleName": names[3], "LastErrorMessage": "Config may not read buckets", "LastSuccessfulEvaluationTime": NOW},
    ]
    own = {"ConfigRuleNames": [names[0], names[2], names[3]]}
    place.answers("config", "describe_config_rule_evaluation_status", {"ConfigRulesEvaluationStatus": answer}, own)
    assert dict(commands.evaluations(place)) == {
        names[0]: f"evaluated {NOW}", names[2]: "evaluated never", names[3]: "Config may not read buckets",
    }
