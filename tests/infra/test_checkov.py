"""checkov on the templates, with the default parameters and with the others; each skipped check has its reason.

checkov leaves out what a condition's default makes false, so that one run alone would never see the recorder's
bucket. It lives in an environment of its own, since it pins other versions of what the tests use.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest

from harness import templates
from harness.stack import ROOT

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
INSTALL = (
    "python3 -m venv --clear .venv-checkov && "
    ".venv-checkov/bin/python -m pip install --quiet --requirement tests/checkov.txt"
)
OTHER_DEFAULTS = {
    ("kept", "KeyChoice"): "aws-managed",
    ("shared", "KeyArn"): "none",
    ("function", "KeyArn"): "none",
    ("function", "CodeBucketPrefix"): "acme-curfew",
    ("config", "CreateRecorder"): "yes",
}


def with_default(text, parameter, value):
    changed, count = re.subn(
        rf"^(  {parameter}:(?: {{.*?|\n(?:    .*\n)*?    )Default: )[^,\n]*", rf'\g<1>"{value}"', text, count=1, flags=re.MULTILINE
    )
    assert count == 1, parameter
    return changed


def ids(checks):
    return {(Path(check["file_path"]).stem, check["resource"], check["check_id"]) for check in checks}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Results with the default parameters, with the others, and with the others but no check skipped."""
    assert CHECKOV.exists(), f"checkov is not installed: {INSTALL}"
    texts = {name: templates.text(name) for name in templates.TEMPLATES}
    others = dict(texts)
    for (name, parameter), value in OTHER_DEFAULTS.items():
        others[name] = with_default(others[name], parameter, value)
    unskipped = {name: re.sub(r"^        skip:$", "        unskipped:", text, flags=re.MULTILINE) for name, text in others.items()}
    folder = tmp_path_factory.mktemp("checkov")
    cases = {"default": texts, "others": others, "unskipped": unskipped}
    for case, files in cases.items():
        (folder / case).mkdir()
        for name, text in files.items():
            (folder / case / f"{name}.yaml").write_text(text)
    # --skip-download: nothing is asked from or told to anybody.
    command = [CHECKOV, "--directory", folder, "--framework", "cloudformation", "--skip-download", "--output", "json"]
    told = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    found = json.loads(told.stdout)["results"]
    assert found["parsing_errors"] == []
    kinds = ("passed_checks", "failed_checks", "skipped_checks")
    return [
        {kind: [check for check in found[kind] if Path(check["file_path"]).parent.name == case] for kind in kinds}
        for case in cases
    ]


def test_checkov_finds_nothing(results):
    for one in results[:2]:
        assert ids(one["failed_checks"]) == set()


def test_checkov_saw_what_the_conditions_make(results):
    default, others, _ = results
    assert ("config", "AWS::S3::Bucket.RecorderBucket", "CKV_AWS_53") in ids(others["passed_checks"])
    assert ("kept", "AWS::KMS::Key.Key", "CKV_AWS_7") in ids(default["passed_checks"])


def test_each_skipped_check_would_fail_and_has_its_reason(results):
    _, others, unskipped = results
    assert ids(others["skipped_checks"]) == ids(unskipped["failed_checks"])
    for check in others["skipped_checks"]:
        assert len(check["check_result"]["suppress_comment"].split()) >= 5, check["check_id"]
    written = sum(templates.text(name).count("          - id: CKV") for name in templates.TEMPLATES)
    assert written == len(others["skipped_checks"])
