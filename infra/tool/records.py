"""The records: read by people and tools, straight from the table. What is in it, shared/ledger says."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta

from boto3.dynamodb.conditions import Key

from aws import Trouble, maybe
from templates import ROWS


def table(place):
    return place.session.resource("dynamodb").Table(f"{place.prefix}-ledger")


def items(table, operation, **what):
    """The items that `query` or `scan` finds, page by page."""
    pages = table.meta.client.get_paginator(operation).paginate(TableName=table.name, **what)
    return (item for page in pages for item in page["Items"])


def decode(records, item):
    """The record of an item: as text, compressed, or compressed and cut into parts."""
    if isinstance(item.get("body"), str):
        return json.loads(item["body"])
    names = [f"part {item['record']} {item['digest']} {index}" for index in range(int(item.get("parts", 0)))]
    parts = [records.get_item(Key={"resource": item["resource"], "record": name})["Item"] for name in names] or [item]
    return json.loads(gzip.decompress(b"".join(bytes(part["body"]) for part in parts)))


def history(records, resource):
    """All records of a resource, the newest first."""
    # Keys of records begin with the year; other items of the resource with a letter.
    condition = Key("resource").eq(resource) & Key("record").between("0", ":")
    found = items(records, "query", KeyConditionExpression=condition, ScanIndexForward=False, ConsistentRead=True)
    return (decode(records, item) for item in found)


def export(records, since, controls):
    """All records that ended since a day, in the order of days, and then those that are open."""
    try:
        first = date.fromisoformat(since)
    except ValueError as error:
        raise Trouble(f"SINCE is `{since}`, which is no day.", "Write it as in SINCE=2026-11-29.") from error
    days = [str(first + timedelta(days=number)) for number in range((datetime.now(UTC).date() - first).days + 1)]
    for day in [*days, *(f"open {control}" for control in controls)]:
        for found in items(records, "query", IndexName="by_day", KeyConditionExpression=Key("day").eq(day)):
            item = records.get_item(Key={"resource": found["resource"], "record": found["record"]}, ConsistentRead=True).get("Item")
            # One that has ended meanwhile is in its day's list too, the next time.
            if item:
                yield decode(records, item)


def print_history(place, options, say):
    """The records of RESOURCE, the newest first, a line each."""
    if not options.RESOURCE:
        raise Trouble("Nobody said of which resource.", "Say its ARN, as in RESOURCE=arn:aws:s3:::my-bucket.")
    found = 0
    for found, record in enumerate(history(table(place), options.RESOURCE), 1):
        outcome = (record.get("end") or {}).get("outcome") or ("held" if record.get("held") else "open")
        changes = sum(len((attempt.get("result") or {}).get("changes", [])) for attempt in record["attempts"])
        print(f"{record['id']}\n    {outcome}, {counted(changes, 'change')}, {counted(len(record.get('told', [])), 'mail')}", flush=True)
    return f"{counted(found, 'record')} of {options.RESOURCE}"


def print_export(place, options, say):
    """All records since a day, to FILE, a JSON object a line."""
    if not options.SINCE or not options.FILE:
        raise Trouble("Nobody said since when, or where to.", "Say both, as in SINCE=2026-11-01 FILE=records.jsonl.")
    with open(options.FILE, "a", encoding="utf-8") as out:
        number = 0
        for number, record in enumerate(export(table(place), options.SINCE, [row.control for row in ROWS.values()]), 1):
            out.write(json.dumps(record) + "\n")
    return f"{counted(number, 'record')} appended to {options.FILE}"


def counted(number, noun):
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def delete_table(place):
    """Deletes the table with all records. It is protected: only who asks for this comes here."""
    client = place.client("dynamodb")
    name = f"{place.prefix}-ledger"
    maybe(client.update_table, TableName=name, DeletionProtectionEnabled=False)
    maybe(client.delete_table, TableName=name)
    client.get_waiter("table_not_exists").wait(TableName=name)
