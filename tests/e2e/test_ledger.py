"""The ledger in DynamoDB: what holds for each ledger, on both emulators, and what Python reads of what Rust wrote."""

import os
import subprocess
from datetime import datetime

import boto3
import pytest

from harness import records, templates
from harness.ministack import Ministack
from harness.stack import CREDENTIALS, REGION, TARGET, Emulator, stop

TABLES = ["plain", "large", "chance", "narrow", "wide"]


@pytest.fixture(scope="module", params=[Emulator, Ministack])
def tables(request):
    """Tables as the template has them, once the Rust scenarios have gone through them."""
    emulator = request.param()
    for name in TABLES:
        emulator.client("dynamodb").create_table(TableName=name, **templates.ledger())
    run = subprocess.run(
        [TARGET / "debug/examples/ledgers", emulator.url, *TABLES], capture_output=True, text=True, timeout=600,
        env={**os.environ, "RUST_BACKTRACE": "0"},
    )
    assert run.returncode == 0, run.stderr
    keys = {name.lower(): value for name, value in CREDENTIALS.items()}
    resource = boto3.resource("dynamodb", REGION, endpoint_url=emulator.url, **keys)
    yield {name: resource.Table(name) for name in TABLES}
    stop(emulator.process)


def items(table):
    """The items of records: not those of parts, of standings, of the brake."""
    return [item for item in records.items(table, "scan") if "digest" in item]


def test_python_reads_text_and_what_was_compressed_and_cut(tables):
    forms = set()
    for kilobytes in (1, 100, 3000):
        [record] = records.history(tables["large"], f"arn:aws:s3:::has-size-{kilobytes}")
        [attempt] = record["attempts"]
        assert len(attempt["before"]) == kilobytes * 1000 and record["end"]["outcome"] == "remediated"
        [item] = [one for one in items(tables["large"]) if one["resource"].endswith(f"-{kilobytes}")]
        forms.add((type(item.get("body")).__name__, "parts" in item))
    assert forms == {("str", False), ("Binary", False), ("NoneType", True)}


def test_what_has_ended_goes_in_time_and_what_is_open_stays(tables):
    for item in items(tables["plain"]):
        assert ("expires" in item) == ("ended_at" in item) == (not item["day"].startswith("open ")), item["record"]
    ended = [item for item in items(tables["plain"]) if "ended_at" in item]
    assert len(ended) > 5
    for item in ended:
        # 400 days.
        assert int(item["expires"]) - datetime.fromisoformat(item["ended_at"]).timestamp() == pytest.approx(400 * 86_400, abs=1)
        assert item["day"] == item["ended_at"][:10] and item["outcome_at"] == f"{item['outcome']} {item['ended_at']}"
