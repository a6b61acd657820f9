#!/usr/bin/env bash
# pycfmodel evaluates the condition `Null` the other way round.
#
# `"Null": {"aws:SourceVpce": "true"}` holds where the request has no such key, `"false"` where it has one:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_Null
# `StatementCondition.eval` of pycfmodel 2.1.3, the model on which cfripper is built, answers the opposite for both, though its
# documentation bases its operators on that page. A test that a Deny keeps out what does not come through an endpoint fails, and
# passes once "true" and "false" are exchanged. On AWS that policy keeps out the endpoint, and nobody else.
#
# Seen with pycfmodel 2.1.3: "true" gives False without the key and True with it, "false" the reverse; StringEquals, and its form
# with IfExists, are right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'pycfmodel==2.1.3'
"$work/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from pycfmodel.model.resources.properties.statement_condition import StatementCondition

ENDPOINT = {"aws:SourceVpce": "vpce-0123456789abcdef0"}


def answers(condition):
    parsed = StatementCondition.model_validate(condition)
    return {"without": parsed.eval({}), "with": parsed.eval(ENDPOINT)}


absent = answers({"Null": {"aws:SourceVpce": "true"}})
present = answers({"Null": {"aws:SourceVpce": "false"}})
if_exists = answers({"StringEqualsIfExists": ENDPOINT})
equal = StatementCondition.model_validate({"StringEquals": ENDPOINT}).eval(ENDPOINT)
print(f"pycfmodel {version('pycfmodel')}: Null true {absent}, Null false {present}, StringEqualsIfExists {if_exists}")
assert equal is True and if_exists == {"without": True, "with": True}, "other operators are evaluated otherwise now"
assert absent == {"without": False, "with": True}, "Null true is evaluated otherwise now"
assert present == {"without": True, "with": False}, "Null false is evaluated otherwise now"
PYTHON
