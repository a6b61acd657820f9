"""`curfew report`: what was closed, by whom it was opened, and what is not closed, from the records that the functions write."""

import csv
import io
import json
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from harness import offenders
from harness.browser import CHROMIUM, Browser
from harness.groups import open_group
from harness.recorder import Recorder, s3_error
from harness.stack import ACCOUNT, CREDENTIALS, REGION, binary
from harness.templates import ledger
from harness.triggers import call, role
from support import about_bucket, about_group, queued, send
from test_at_a_terminal import NOT_ASKED, NOWHERE, UNREAD, refused

PREFIX = "report"
TABLE = f"{PREFIX}-ledger"
READING = {"GetCallerIdentity", "Query", "BatchGetItem"}


@pytest.fixture(scope="module")
def done(emulator, start, s3, ec2):
    """What the functions did, with the names of what they did it to: closed, put back, closed again, told, observed, failed."""
    emulator.client("dynamodb").create_table(TableName=TABLE, **ledger())
    table = {"LEDGER_TABLE": TABLE}
    acl, group, policy = (start(name, environment=table) for name in ("s3-acl-private", "sg-quarantine", "s3-policy-alert"))
    observing = start("s3-acl-private", settings={"mode": "observe"}, environment=table)
    restore = start("restore", environment=table)
    names = {"web": offenders.open_bucket(s3), "logs": offenders.open_bucket(s3), "watched": offenders.open_bucket(s3)}
    names |= {"public": offenders.bucket(s3), "group": open_group(ec2)}
    offenders.set_policy(s3, names["public"], offenders.public_policy(names["public"]))
    opened = datetime.now(UTC) - timedelta(minutes=3)
    ann = {**role("admins"), "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admins/ann"}

    def by_ann(name):
        return call("s3", "PutBucketAcl", {"bucketName": name, "x-amz-acl": ["public-read"]}, userIdentity=ann, eventTime=f"{opened:%Y-%m-%dT%H:%M:%SZ}")

    lines = [
        send(acl, queued(by_ann(names["web"]))).line,
        send(acl, queued(about_bucket(names["logs"]))).line,
        send(group, queued(about_group(names["group"]))).line,
        send(policy, queued(about_bucket(names["public"]))).line,
        send(observing, queued(about_bucket(names["watched"]))).line,
    ]
    assert [line["outcome"] for line in lines] == ["remediated", "remediated", "remediated", "alerted", "observed"]
    back = send(restore, {"record": lines[1]["record"], "reason": "=1+1", "claimed_by": "<b>kim</b>"})
    assert back.answer["ending"] == "restored"
    return {"names": names, "lines": [*lines, back.line], "who": ann["arn"], "records": [line["record"] for line in lines]}


@pytest.fixture
def aws(emulator):
    recorder = Recorder("127.0.0.1", emulator.port)
    yield recorder
    recorder.close()


@pytest.fixture
def report(aws):
    def report(*arguments, prefix=PREFIX, command="report"):
        known = {**NOWHERE, **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": aws.url}
        return subprocess.run([binary("curfew"), command, "--prefix", prefix, *arguments], capture_output=True, text=True, env=known, timeout=120)

    return report


def test_the_records_are_told_with_rights_to_read_alone(report, aws, done):
    ran = report("--since", "1d", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    told = json.loads(ran.stdout)
    assert told["total"] == 6 and told["outcomes"] == {"remediated": 3, "restored": 1, "alerted": 1, "observed": 1}
    assert told["of"] == f"account {ACCOUNT} in {REGION}"
    cases = {(case["resource"], case["outcome"]): case for case in told["cases"]}
    web = cases[done["names"]["web"], "remediated"]
    assert (web["opened_by"], web["record"]) == (done["who"], done["records"][0])
    # What the mail said, but for the moment that writing it down took.
    said = done["lines"][0]["exposed_for_ms"]
    assert said <= web["exposed_for_ms"] < said + 60_000
    [attempt] = web["attempts"]
    assert any(grant["Grantee"].get("URI") == offenders.ALL_USERS for grant in attempt["before"]["Grants"])
    assert not any(grant["Grantee"].get("URI") for grant in attempt["after"]["Grants"])
    assert web["restore_command"] == f"curfew restore --region {REGION} --prefix {PREFIX} --record {done['records'][0]}"
    logs = cases[done["names"]["logs"], "remediated"]
    assert (logs["opened_by"], logs["exposed_for_ms"]) == (None, None)
    back = cases[done["names"]["logs"], "restored"]
    assert (back["restores"], back["claimed_by"], logs["put_back_by"]) == (logs["record"], "<b>kim</b>", back["record"])
    group = cases[done["names"]["group"], "remediated"]
    assert any(change.startswith("revoked rule sgr-") for change in group["changes"]), group["changes"]
    assert set(aws.operations()) == READING


def test_the_permissions_that_it_says_are_those_that_it_takes(report, aws, done):
    policy = json.loads(report("--permissions").stdout)
    allowed = {action for statement in policy["Statement"] for action in [statement["Action"]] if isinstance(action, str)}
    allowed |= {action for statement in policy["Statement"] if isinstance(statement["Action"], list) for action in statement["Action"]}
    assert report().returncode == 0
    taken = {action for action in aws.actions if action.startswith("dynamodb:")}
    # GetItem is for records that are too large for one item.
    assert allowed == taken | {"dynamodb:GetItem", "kms:Decrypt"} and taken == {"dynamodb:Query", "dynamodb:BatchGetItem"}
    assert all(f"{PREFIX}-ledger" in json.dumps(statement) for statement in policy["Statement"])


def test_another_time_has_nothing_and_says_so(report, done):
    ran = report("--since", "2020-01-01", "--until", "2020-02-01")
    assert ran.returncode == 0 and "Nothing: there is no case in this time." in ran.stdout
    assert "from 2020-01-01 00:00:00 to 2020-02-01 00:00:00" in ran.stdout
    wrong = report("--since", "1d", "--until", "2d")
    assert wrong.returncode == UNREAD and "ends before it begins" in wrong.stderr
    assert "neither like 30d" in report("--since", "lately").stderr


def test_a_table_that_is_not_there_is_no_empty_report(report):
    refused(report(prefix="elsewhere"), NOT_ASKED, "ResourceNotFoundException", "--prefix")


def test_no_page_of_a_list_is_left_out(report, emulator, done):
    """More records on one day than one call returns; all copies of one, each under a key of its own."""
    client, name = emulator.client("dynamodb"), "many-ledger"
    client.create_table(TableName=name, **ledger())
    key = dict(zip(("record", "resource"), done["records"][0].split("@"), strict=True))
    item = client.get_item(TableName=TABLE, Key={name: {"S": value} for name, value in key.items()})["Item"]
    body = json.loads(item["body"]["S"])
    for number in range(230):
        record = f"{key['record']}{number}"
        one = {**item, "record": {"S": record}, "body": {"S": json.dumps({**body, "id": f"{record}@{key['resource']}"})}}
        client.put_item(TableName=name, Item=one)
    told = json.loads(report("--json", prefix="many").stdout)
    assert (told["total"], told["read"]["records"], told["closed_again"][0]["closed"]) == (230, 230, 230)


def test_a_record_that_cannot_be_read_is_counted_and_named(report, emulator, done):
    client, name = emulator.client("dynamodb"), "spoilt-ledger"
    client.create_table(TableName=name, **ledger())
    key = dict(zip(("record", "resource"), done["records"][0].split("@"), strict=True))
    item = client.get_item(TableName=TABLE, Key={name: {"S": value} for name, value in key.items()})["Item"]
    client.put_item(TableName=name, Item={**item, "body": {"S": '{"id": 1}'}})
    ran = report(prefix="spoilt")
    assert ran.returncode == UNREAD and f"COULD NOT BE READ, and so stand in none of the numbers: 1\n  {done['records'][0]}: " in ran.stdout
    told = json.loads(report("--json", prefix="spoilt").stdout)
    assert (told["total"], [one["what"] for one in told["unreadable"]]) == (0, [done["records"][0]])


def test_an_export_has_all_that_can_be_read_and_names_the_rest(report, emulator, done):
    client, name = emulator.client("dynamodb"), "half-ledger"
    client.create_table(TableName=name, **ledger())
    for record in done["records"]:
        key = dict(zip(("record", "resource"), record.split("@"), strict=True))
        item = client.get_item(TableName=TABLE, Key={name: {"S": value} for name, value in key.items()})["Item"]
        client.put_item(TableName=name, Item={**item, "body": {"S": '{"id": 1}'}} if record == done["records"][1] else item)
    ran = report("--since", f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}", "--json", prefix="half", command="history")
    assert ran.returncode == UNREAD and ran.stderr.startswith(f"{done['records'][1]}: "), ran.stderr
    assert {json.loads(line)["id"] for line in ran.stdout.splitlines()} == {*done["records"]} - {done["records"][1]}


def test_a_flag_that_was_missing_after_a_change_is_not_among_what_was_found_open(report, emulator, start, s3):
    emulator.client("dynamodb").create_table(TableName="flags-ledger", **ledger())
    function = start("s3-acl-private", {"s3_acl": {"block_public_acls": True}}, environment={"LEDGER_TABLE": "flags-ledger"})
    event = about_bucket(offenders.open_bucket(s3))
    function.recorder.fault("PutPublicAccessBlock", 403, s3_error("AccessDenied"), times=9)
    first = send(function, queued(event)).line
    assert send(function, queued(event, receive_count=2)).outcome == "remediated"
    [case] = json.loads(report("--json", prefix="flags").stdout)["cases"]
    assert case["findings"] == [finding["summary"] for finding in first["findings"]] and len(case["findings"]) == 1


def test_a_spreadsheet_has_a_row_a_case_and_no_formula(report, done, tmp_path):
    path = tmp_path / "report.csv"
    assert report("--format", "csv", "-o", path).returncode == 0
    text = path.read_bytes().decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 6 and {row["outcome"] for row in rows} == {"remediated", "restored", "alerted", "observed"}
    [back] = [row for row in rows if row["outcome"] == "restored"]
    assert (back["reason"], back["claimed_by"]) == ("'=1+1", "<b>kim</b>")
    assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell.startswith(("=", "+", "-", "@"))]


def test_the_log_tells_the_same_as_far_as_it_goes(done, tmp_path):
    path = tmp_path / "lines.jsonl"
    path.write_text("START RequestId: 1\n" + "".join(f"{json.dumps(line)}\n" for line in done["lines"]) + "no JSON\n")
    ran = subprocess.run([binary("curfew"), "report", "--json", path], capture_output=True, text=True, env=NOWHERE, timeout=60)
    told = json.loads(ran.stdout)
    assert ran.returncode == UNREAD and [one["what"] for one in told["unreadable"]] == [f"line 8 of {path}"]
    assert told["outcomes"] == {"remediated": 3, "restored": 1, "alerted": 1, "observed": 1}
    assert {case["record"] for case in told["cases"]} == {line["record"] for line in done["lines"]}
    said = {line["record"]: line.get("opened_by") for line in done["lines"]}
    assert {case["record"]: case["opened_by"] for case in told["cases"]} == said and any(said.values())


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


ROWS = "[...document.querySelectorAll('#cases-table tbody')].filter(body => !body.hidden).map(body => ({...body.dataset}))"
FOCUSED = "document.activeElement.outerHTML.slice(0, 200)"


def tab_to(browser, wanted, most=60):
    """Presses Tab until what has the focus looks so; says what had it on the way."""
    passed = []
    for _ in range(most):
        browser.press("Tab")
        passed.append(browser.run(FOCUSED))
        if re.search(wanted, passed[-1]):
            return passed
    raise AssertionError(passed)


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium to try the page in: `.ci/run` installs Debian's")
def test_the_page_is_read_sorted_filtered_and_unfolded_by_keyboard(report, done, browser, tmp_path):
    page = tmp_path / "report.html"
    ran = report("--format", "html", "--output", page)
    assert ran.returncode == 0 and f"Written to {page}." in ran.stderr, ran.stderr
    browser.open(page)
    assert browser.run("document.getElementById('total').textContent") == "6"
    assert [row["last"] for row in browser.run(ROWS)] == sorted((row["last"] for row in browser.run(ROWS)), reverse=True)
    # Nothing of what somebody said is markup.
    assert browser.run("document.querySelectorAll('b').length") == 0 and "<b>kim</b>" in browser.run("document.body.textContent")

    # The first that has the focus leads past the numbers.
    browser.press("Tab")
    assert "Skip to the cases" in browser.run(FOCUSED)
    browser.press("Enter")
    assert browser.run("document.activeElement.id") == "cases"
    tab_to(browser, 'data-key="outcome"')
    browser.press("Enter")
    outcomes = [row["outcome"] for row in browser.run(ROWS)]
    assert outcomes == sorted(outcomes) and outcomes[0] == "alerted"
    head = "document.querySelector('[data-key=outcome]').parentElement.getAttribute('aria-sort')"
    assert browser.run(head) == "ascending"
    browser.press(" ")
    assert browser.run(head) == "descending" and browser.run(ROWS)[0]["outcome"] == "restored"
    assert browser.run("document.querySelectorAll('th[aria-sort]:not([aria-sort=none])').length") == 1

    passed = tab_to(browser, "^<summary>")
    assert not any("<summary>" in one for one in passed[:-1])
    browser.press("Enter")
    details = "document.activeElement.parentElement"
    assert browser.run(f"{details}.open") is True
    assert "Reason, as was said" in browser.run(f"{details}.textContent")

    # What was chosen stands in the address, and a link to it shows the same.
    state = browser.run("location.hash.slice(1)")
    assert state == "sort=outcome&order=descending"
    browser.open(page, f"{state}&find={done['names']['web']}")
    [row] = browser.run(ROWS)
    assert row["who"] == done["who"] and browser.run("document.getElementById('shown').textContent") == "1 of 6 shown"
    unfolded = browser.run("[...document.querySelectorAll('tbody:not([hidden]) details')].pop().textContent")
    for words in ("Before:", "Plan:", "After:", "AllUsers", f"curfew restore --region {REGION} --prefix {PREFIX} --record {done['records'][0]}"):
        assert words in unfolded, words
    browser.open(page, "control=sg-ingress&outcome=remediated")
    assert [row["name"] for row in browser.run(ROWS)] == [done["names"]["group"]]

    assert {request.partition("#")[0] for request in browser.requests} == {f"file://{page}"}
    assert browser.complaints == []


@pytest.mark.skipif(not CHROMIUM, reason="there is no chromium to try the page in: `.ci/run` installs Debian's")
def test_the_page_is_told_to_who_does_not_see_it_and_fits_dark_narrow_and_paper(report, done, browser, tmp_path):
    page = tmp_path / "report.html"
    report("--format", "html", "--output", page)
    browser.open(page)
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    headings = [name for role, name in roles if role == "heading"]
    assert headings[0] == "What Curfew did" and "The cases" in headings
    assert [name for role, name in roles if role == "image"] == [
        "Cases by control, in parts by outcome. The table below says the same.", "Cases over time, in parts by outcome. The table below says the same.",
    ]
    for role_, name in (("main", ""), ("searchbox", "Find"), ("combobox", "Outcome"), ("columnheader", "Opened by"), ("table", "The cases")):
        assert any(role == role_ and name in named for role, named in roles), (role_, name)
    background = "getComputedStyle(document.documentElement).colorScheme + getComputedStyle(document.querySelector('.totals li')).backgroundColor"
    seen = []
    for scheme in ("light", "dark"):
        browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        seen.append(browser.run(background))
    assert seen == ["light darkrgb(244, 246, 249)", "light darkrgb(36, 42, 53)"]
    # On a telephone nothing but what is meant to moves sideways.
    browser.ask("Emulation.setDeviceMetricsOverride", width=360, height=800, deviceScaleFactor=1, mobile=False)
    assert browser.run("document.documentElement.scrollWidth") <= 360
    browser.ask("Emulation.clearDeviceMetricsOverride")
    browser.ask("Emulation.setEmulatedMedia", media="print")
    assert browser.run("getComputedStyle(document.querySelector('#cases-table summary'), '::after').content") == '" [folded]"'
    assert browser.run("[...document.querySelectorAll('.filters label')].every(one => getComputedStyle(one).display === 'none')")
    browser.ask("Emulation.setEmulatedMedia", media="")
    assert browser.complaints == []
