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


def code():
    """The text of each file of Rust that is no test's, by its path."""
    found = [path for folder in ("shared", "functions") for path in ROOT.glob(f"{folder}/*/src/**/*.rs")]
    return {path: path.read_text() for path in found if not {"tests", "testing"} & set(path.parts)}


def controls():
    """The type of each control, by its name."""
    found = [re.findall(r"Judge for (\w+)<[^{]*\{\s+const NAME: &'static str = \"([a-z0-9-]+)\"", text) for text in code().values()]
    return {name: of for pairs in found for of, name in pairs}


def having(trait):
    """The types that have a trait."""
    return set(re.findall(rf"\b{trait} for (\w+)<", "\n".join(code().values())))


def test_the_controls_are_those_of_the_code():
    names = sorted(re.findall(r"const NAME: &'static str = \"([a-z0-9-]+)\"", "\n".join(code().values())))
    assert names == sorted(controls()) == sorted(row.control for row in ROWS.values() if row.resource)
    # By this table `curfew` finds the records that are open, too.
    table = (ROOT / "shared" / "exemptions" / "src" / "controls.rs").read_text()
    assert sorted(re.findall(r"Known \{ name: \"([a-z0-9-]+)\"", table)) == names


def test_what_a_function_changes_can_be_put_back():
    assert {controls()[row.control] for row in ROWS.values() if row.resource and row.changes} == having("Reversible")


# A list that lacks a control compiles: it would be offered to be put back and is not, or is never looked at.
@pytest.mark.parametrize("trait, path", [
    ("Reversible", "functions/restore/src/main.rs"), ("Survey", "functions/sweep/src/main.rs"),
    ("Survey", "functions/curfew/src/live/preview/account.rs"),
])
def test_each_control_is_in_the_list_of_who_needs_all_that_have_a_trait(trait, path):
    listed = set(re.findall(r"\b(\w+)::new\(", (ROOT / path).read_text())) & set(controls().values())
    assert listed == having(trait)


def test_each_control_that_aws_config_has_a_rule_for_is_in_the_list_of_who_answers_it():
    asked = re.findall(r"InputParameters: \{ control: ([a-z0-9-]+) \}", (ROOT / "infra/config.yaml").read_text())
    listed = set(re.findall(r"\b(\w+)::new\(", (ROOT / "functions/config-rule/src/main.rs").read_text()))
    assert listed & set(controls().values()) == {controls()[name] for name in asked}


def test_each_call_that_wakes_a_function_is_one_that_the_parser_knows():
    parser = "\n".join(path.read_text() for path in ROOT.glob("shared/events/src/trigger/*_call.rs"))
    for row in ROWS.values():
        assert all(f'"{call.strip()}"' in parser for call in row.calls.split(",") if call), row.name


def test_what_a_compliant_event_hardly_runs_through_is_built_for_size():
    profile = tomllib.loads((ROOT / "Cargo.toml").read_text())["profile"]["release"]["package"]
    small = {name for name, one in profile.items() if one.get("opt-level") == "z"}
    manifests = {path.parent.name: tomllib.loads(path.read_text()) for path in ROOT.glob("shared/*/Cargo.toml")}
    needed = {name: set(manifest.get("dependencies", {})) for name, manifest in manifests.items()}
    sdks = {name for names in needed.values() for name in names if name.startswith("aws-sdk-")}
    judging = {path.relative_to(ROOT / "shared").parts[0] for path, text in code().items() if "impl" in text and " Judge for " in text}
    assert small >= sdks | {name for name, names in needed.items() if names & sdks} | judging - {"remediation"}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_only_a_function_that_changes_something_may(row):
    # Each writes down what it does and says; and what AWS Config evaluates again, it only looks at.
    own = {action for action in roles.own_actions(row.name) if not action.startswith("dynamodb:")}
    calls = {action.split(":")[1] for action in own} - {"Publish", "PutEvaluations", "SendMessage", "StartConfigRulesEvaluation"}
    assert any(not call.startswith(("Get", "Describe", "List")) for call in calls) == row.changes
