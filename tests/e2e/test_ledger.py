"""The ledger in DynamoDB: what holds for each ledger, on both emulators, and what Python reads of what Rust wrote."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest

from harness import templates
from harness.ministack import Ministack
from harness.stack import CREDENTIALS, REGION, ROOT, TARGET, Emulator, stop

sys.path.insert(0, str(ROOT / "infra/tool"))
import records  # noqa: E402
from aws import Trouble  # noqa: E402

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


def test_the_tool_reads_text_and_what_was_compressed_and_cut(tables):
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


def test_the_tool_exports_what_has_ended_since_a_day_and_what_is_open(tables, monkeypatch):
    class Today(datetime):
        @classmethod
        def now(cls, _zone):
            return cls(2026, 11, 22, 12, tzinfo=UTC)

    monkeypatch.setattr(records, "datetime", Today)
    exported = [record["id"] for record in records.export(tables["plain"], "2026-11-22", ["brake"])]
    ended = {f"{one['record']}@{one['resource']}" for one in items(tables["plain"]) if one.get("day") == "2026-11-22"}
    still = {f"{one['record']}@{one['resource']}" for one in items(tables["plain"]) if one.get("day") == "open brake"}
    assert ended and still and sorted(exported) == sorted(ended | still)


def test_the_commands_list_a_resources_records_and_append_all_to_a_file(tables, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(records, "table", lambda place: tables["large"])
    said = SimpleNamespace(RESOURCE="arn:aws:s3:::has-size-1", SINCE="2026-11-22", FILE=str(tmp_path / "records.jsonl"))
    assert records.print_history(None, said, None) == "1 record of arn:aws:s3:::has-size-1"
    assert "@arn:aws:s3:::has-size-1\n    remediated, " in capsys.readouterr().out

    assert records.print_export(None, said, None).endswith(f" appended to {said.FILE}")
    written = [json.loads(line) for line in open(said.FILE, encoding="utf-8")]
    assert {f"arn:aws:s3:::has-size-{kilobytes}" for kilobytes in (1, 100, 3000)} <= {one["id"].split("@")[1] for one in written}
    for missing in ("SINCE", "FILE", "RESOURCE"):
        command = records.print_history if missing == "RESOURCE" else records.print_export
        with pytest.raises(Trouble):
            command(None, SimpleNamespace(**{**vars(said), missing: ""}), None)
