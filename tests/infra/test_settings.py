"""Settings: with the first deployment and by `make settings`, and the roles that they want."""

import json

from deploying import FIRST, RESOURCES, done, parameter, refused, stacks
from harness.stack import REGION


def test_a_first_deployment_has_to_say_whether_anything_may_be_changed(deployment):
    email = ("--EMAIL", "ops@example.com")
    for command in ("check", "deploy"):
        told = refused(deployment.tool(command, "--lambda-dir", deployment.lambda_dir, *email), "Nobody said", "MODE=enforce", "MODE=observe")
        assert "AWS Config evaluates every bucket and group" in told
    assert stacks(deployment) == set()
    refused(deployment.tool("check", *email, "--MODE", "watch"), "MODE cannot be `watch`", "observe, enforce")
    run = done(deployment.deploy(*email, "--MODE", "observe"), "created", RESOURCES)
    assert "mode: observe" in run.stdout and "mails say what would be closed; nothing is" in run.stdout
    assert parameter(deployment) == '{"version":1,"mode":"observe"}'
    # Later it is `make settings` that changes the mode.
    told = refused(deployment.deploy("--MODE", "enforce"), "MODE is `enforce`", "says `observe`")
    assert "make settings" in told
    done(deployment.deploy("--MODE", "observe"), "unchanged", RESOURCES)


def test_a_deployment_can_bring_its_settings_so_that_they_hold_from_the_first_event_on(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "watch"}')
    email = ("--EMAIL", "ops@example.com")
    refused(deployment.tool("check", *email, "--FILE", file), "`mode`", "Nothing was changed")
    file.write_text('{"mode": "observe"}')
    refused(deployment.tool("check", *FIRST, "--FILE", file), "MODE is `enforce`", "says `observe`")
    told = done(deployment.deploy(*email, "--FILE", file), "created", RESOURCES).stdout
    assert parameter(deployment) == '{"mode": "observe"}'
    assert told.index("settings") < told.index("curfew-s3-acl-private")


def test_settings_without_a_mode_get_the_one_that_is_said(deployment, tmp_path):
    file = tmp_path / "settings.json"
    file.write_text('{"sg": {"quarantine": "alert"}}')
    refused(deployment.tool("check", "--EMAIL", "none", "--FILE", file), "Nobody said")
    done(deployment.deploy("--EMAIL", "none", "--MODE", "observe", "--FILE", file), "created", RESOURCES)
    assert parameter(deployment) == '{"version":1,"sg":{"quarantine":"alert"},"mode":"observe"}'


def test_settings_are_checked_before_they_are_written(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    file = tmp_path / "settings.json"
    for text, named in [('{"mode": "off"}', "`mode`"), ('{"version": 9}', "`version`"), ("{", "EOF"), ('{"sg": []}', "`sg`")]:
        file.write_text(text)
        # Once, and not for each Region again.
        told = refused(deployment.tool("settings", "--FILE", file, region="eu-central-1 us-east-1"), "Nothing was changed")
        assert told.count(named) == told.count(str(file)) == 1, told
    refused(deployment.tool("settings", "--FILE", tmp_path / "none.json"), "none.json")
    refused(deployment.tool("settings"), "FILE=settings.json")
    assert parameter(deployment) == '{"version":1,"mode":"enforce"}'

    file.write_text('{"mode": "observe"}\n')
    told = done(deployment.tool("settings", "--FILE", file), "written", 1).stdout
    assert """settings as they were: {"version":1,"mode":"enforce"}""" in told
    assert parameter(deployment) == '{"mode": "observe"}\n'
    done(deployment.tool("settings", "--FILE", file), "unchanged", 1)

    file.write_text('\ufeff{"mode": "enforce"}', encoding="utf-8")
    done(deployment.tool("settings", "--FILE", file), "written", 1)
    assert parameter(deployment) == '{"mode": "enforce"}'
    file.write_text("{}", encoding="utf-16")
    refused(deployment.tool("settings", "--FILE", file), "a file in UTF-8")


def test_what_settings_warn_of_is_said_once_where_they_are_written_too(deployment, tmp_path):
    file = tmp_path / "settings.json"
    over = {"resource": "arn:aws:s3:::site", "controls": "all", "reason": "a site", "until": "2026-01-31"}
    file.write_text(json.dumps({"mode": "observe", "exemptions": [over]}))
    said = ("--EMAIL", "none", "--FILE", file)
    told = [deployment.tool("check", *said), done(deployment.deploy(*said), "created", RESOURCES), deployment.tool("settings", "--FILE", file)]
    warning = "warning: `exemptions[0]` of the settings: `until` is over"
    assert [run.stdout.count(warning) for run in told] == [1, 0, 1]


def test_settings_reach_every_region_that_can_be_reached(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    refused(deployment.tool("settings", "--FILE", file, region="us-west-2 eu-central-1"), "Curfew is not in us-west-2", "make deploy")
    assert parameter(deployment) == '{"mode": "observe"}'


def test_settings_that_somebody_deleted_are_written_anew_in_the_mode_that_is_said(deployment, tmp_path):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    ssm = deployment.emulator.client("ssm")
    ssm.delete_parameter(Name="/curfew/settings")
    refused(deployment.deploy(), "Nobody said whether Curfew may change anything", "MODE=enforce")
    done(deployment.deploy("--MODE", "enforce"), "unchanged", RESOURCES)
    assert parameter(deployment) == '{"version":1,"mode":"enforce"}'
    ssm.delete_parameter(Name="/curfew/settings")
    file = tmp_path / "settings.json"
    file.write_text('{"mode": "observe"}')
    done(deployment.tool("settings", "--FILE", file), "written", 1)


def policies_of(deployment, function):
    found = deployment.emulator.client("iam").list_attached_role_policies(RoleName=f"curfew-{function}-{REGION}")
    return {one["PolicyName"].split("-")[2] for one in found["AttachedPolicies"]}


def test_a_role_allows_the_changes_that_the_settings_want_and_settings_that_want_more_are_refused(deployment, tmp_path):
    file = tmp_path / "settings.json"

    def wants(**settings):
        file.write_text(json.dumps(settings))

    done(deployment.deploy("--EMAIL", "none", "--MODE", "observe"), "created", RESOURCES)
    changing = {"SgQuarantineChanges"}
    assert not policies_of(deployment, "sg-quarantine") & changing
    wants(mode="enforce")
    told = refused(deployment.tool("settings", "--FILE", file), "roles were not given", "AclChanges, GroupChanges")
    assert f"make deploy REGION={REGION} FILE={file}" in told
    done(deployment.deploy("--FILE", file), "updated", 1)
    assert deployment.tool("settings", "--FILE", file).returncode == 0
    for control, more, named in (("sg", {"quarantine": "isolate"}, "(GroupChanges)"), ("s3_acl", {"block_public_acls": True}, "(AclChanges)")):
        wants(mode="enforce", **{control: more})
        refused(deployment.tool("settings", "--FILE", file), named, "make deploy")
        for less in ({"mode": "observe", control: more}, {"mode": "enforce", control: {"mode": "observe", **more}}):
            wants(**less)
            assert deployment.tool("settings", "--FILE", file).returncode == 0
