"""`make rollback`: events go to the versions before, and all functions go together."""

import shutil

from deploying import FIRST, RESOURCES, another_version, done, refused, versions
from harness import tool
from harness.functions import FUNCTIONS


def test_rollback_goes_back_to_the_version_before_and_the_next_deployment_forward_again(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    first = versions(deployment)
    # There is nothing before it.
    done(deployment.tool("rollback"), "unchanged", len(FUNCTIONS))
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    second = versions(deployment)
    assert "back at version" in deployment.tool("rollback").stdout
    assert versions(deployment) == first
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert all(int(version) > int(second[name]) for name, version in versions(deployment).items())
    run = deployment.tool("rollback", "--FUNCTION", "sg-quarantine")
    assert "curfew-sg-quarantine" in run.stdout and "curfew-s3-acl-private" not in run.stdout


def test_rollback_may_be_repeated_and_finishes_what_was_interrupted(deployment):
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    first = versions(deployment)
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    assert deployment.tool("rollback", "--FUNCTION", "sg-quarantine").returncode == 0
    run = deployment.tool("rollback")
    assert "5 back at version" in run.stdout and "1 unchanged" in run.stdout
    assert versions(deployment) == first
    done(deployment.tool("rollback"), "unchanged", len(FUNCTIONS))
    assert versions(deployment) == first


def test_what_was_deployed_together_is_gone_back_to_together(deployment, monkeypatch):
    tool.module("functions", deployment, monkeypatch, PAUSE_SECONDS=0)
    done(deployment.deploy(*FIRST), "created", RESOURCES)
    another_version(deployment)
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    second = versions(deployment)
    # Only one is another.
    changed, broken = (deployment.lambda_dir / name / "bootstrap" for name in ("sg-quarantine", "s3-policy-alert"))
    changed.write_bytes(changed.read_bytes() + b"a third version")
    done(deployment.deploy(), "updated", len(FUNCTIONS))
    third = versions(deployment)
    assert not set(third.items()) & set(second.items())
    # Where one does not answer, none is another.
    another_version(deployment)
    shutil.copy2("/bin/false", broken)
    refused(deployment.deploy(), "of curfew-s3-policy-alert", "does not work")
    assert versions(deployment) == third
    done(deployment.tool("status"), "subscribed", 1)
