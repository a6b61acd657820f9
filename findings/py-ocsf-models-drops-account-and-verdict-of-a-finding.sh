#!/usr/bin/env bash
# py-ocsf-models drops the account and part of the verdict of a Compliance Finding that it reads.
#
# OCSF's class 2003 has `cloud` by the cloud profile and `compliance.status` beside `status_id`; Security Hub names a finding by
# `cloud.account.uid` together with two more ids:
# https://schema.ocsf.io/1.5.0/classes/compliance_finding?profiles=cloud
# https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_OcsfFindingIdentifier.html
# py-ocsf-models 0.10.0 (which covers "the entire OCSF Schema", says its page on PyPI) has no place for the two in
# its ComplianceFinding, and leaves them out without an error. Its DetectionFinding keeps `cloud`.
#
# Seen with py-ocsf-models 0.10.0: read and written again, a finding lacks cloud and compliance.status.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'py-ocsf-models==0.10.0'
"$work/venv/bin/python" - <<'PYTHON'
import json
from importlib.metadata import version

from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.events.findings.detection_finding import DetectionFinding

SHARED = {
    "activity_id": 1,
    "category_name": "Findings",
    "category_uid": 2,
    "cloud": {"account": {"name": "production", "type_id": 10, "uid": "111122223333"}, "provider": "AWS", "region": "eu-central-1"},
    "finding_info": {"title": "Security groups should not be open to the world", "uid": "finding-1"},
    "metadata": {"product": {"name": "Security Hub", "uid": "product-1", "vendor_name": "AWS"}, "profiles": ["cloud"], "version": "1.5.0"},
    "severity_id": 4,
    "time": 1700000000000,
}
COMPLIANCE = SHARED | {
    "class_name": "Compliance Finding",
    "class_uid": 2003,
    "type_uid": 200301,
    "compliance": {"control": "EC2.19", "status": "Fail", "status_id": 3},
    "resources": [{"type": "AWS::EC2::SecurityGroup", "uid": "sg-1"}],
}
DETECTION = SHARED | {"class_name": "Detection Finding", "class_uid": 2004, "type_uid": 200401}


def paths(value, above=""):
    if isinstance(value, dict):
        return {path for key, below in value.items() for path in paths(below, f"{above}.{key}".lstrip("."))}
    if isinstance(value, list):
        return {path for index, below in enumerate(value) for path in paths(below, f"{above}[{index}]")}
    return {above}


def lost(model, finding):
    written = json.loads(model.model_validate(finding).model_dump_json(exclude_none=True))
    return sorted(paths(finding) - paths(written))


of_compliance, of_detection = lost(ComplianceFinding, COMPLIANCE), lost(DetectionFinding, DETECTION)
print(f"py-ocsf-models {version('py-ocsf-models')}: lost of a compliance finding {of_compliance}, of a detection finding {of_detection}")
assert of_compliance == [
    "cloud.account.name",
    "cloud.account.type_id",
    "cloud.account.uid",
    "cloud.provider",
    "cloud.region",
    "compliance.status",
], "other members are lost now"
assert of_detection == [], "a detection finding loses something now"
PYTHON
