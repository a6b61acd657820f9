"""The table of functions against what else knows them."""

import re
import subprocess
import tomllib

import pytest

from harness import roles
from harness.functions import FUNCTIONS, NO_FUNCTION, ROWS
from harness.stack import ROOT


def test_each_folder_of_functions_has_a_row():
    assert sorted([*FUNCTIONS, NO_FUNCTION]) == sorted(path.parent.name for path in ROOT.glob("functions/*/Cargo.toml"))


def test_what_is_no_function_is_not_built_for_lambda_and_lends_the_functions_nothing():
    dry = subprocess.run(["make", "--dry-run", "--always-make", "build"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    [build] = re.findall(r"cargo-lambda lambda build (?:.*\\\n)*.*", dry)
    assert f"--exclude {NO_FUNCTION} " in build and "--workspace" in build
    # Cargo gives a dependency the features that any package wants which is built in the same call.
    linked = ["cargo", "tree", "--locked", "--workspace", "--exclude", NO_FUNCTION, "--edges", "normal", "--prefix", "none"]
    tree = subprocess.run(linked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    crates = {line.split()[0] for line in tree.splitlines() if line}
    assert "aws-sdk-ec2" in crates and not crates & {"aws-config", "aws-sdk-lambda", "aws-sdk-sso", "aws-sdk-ssooidc", "aws-sdk-sts", "clap"}


def test_what_a_function_is_deployed_with_stands_in_the_table_alone():
    for function in FUNCTIONS:
        assert "lambda" not in tomllib.loads((ROOT / "functions" / function / "Cargo.toml").read_text())["package"].get("metadata", {})


def test_the_controls_are_those_of_the_code():
    found = [path for folder in ("shared", "functions") for path in ROOT.glob(f"{folder}/*/src/**/*.rs")]
    paths = [path for path in found if not {"tests", "testing"} & set(path.parts)]
    names = [name for path in paths for name in re.findall(r"const NAME: &'static str = \"([a-z0-9-]+)\"", path.read_text())]
    assert sorted(names) == sorted(row.control for row in ROWS.values() if row.resource)
    # By this table `curfew` finds the records that are open, too.
    table = (ROOT / "shared" / "exemptions" / "src" / "controls.rs").read_text()
    assert sorted(re.findall(r"Known \{ name: \"([a-z0-9-]+)\"", table)) == sorted(names)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_only_a_function_that_changes_something_may(row):
    # Each writes down what it does and says; and what AWS Config evaluates again, it only looks at.
    own = {action for action in roles.own_actions(row.name) if not action.startswith("dynamodb:")}
    calls = {action.split(":")[1] for action in own} - {"Publish", "PutEvaluations", "SendMessage", "StartConfigRulesEvaluation"}
    assert any(not call.startswith(("Get", "Describe", "List")) for call in calls) == row.changes
