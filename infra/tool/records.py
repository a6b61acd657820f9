"""The records: read by people and tools, straight from the table. What is in it, shared/ledger says."""

import gzip
import json
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from boto3.dynamodb.conditions import Key

from trouble import Trouble


def table(place):
    return place.session.resource("dynamodb").Table(f"{place.prefix}-ledger")


def pages(call, **query):
    while True:
        answer = call(**query)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def decode(records, item):
    """The record of an item: as text, compressed, or compressed and cut into parts."""
    if isinstance(item.get("body"), str):
        return json.loads(item["body"])
    body = bytes(item["body"]) if "body" in item else b"".join(
        bytes(records.get_item(Key={"resource": item["resource"], "record": f"part {item['record']} {item['digest']} {index}"})["Item"]["body"])
        for index in range(int(item["parts"]))
    )
    return json.loads(gzip.decompress(body))


def history(records, resource):
    """All records of a resource, the newest first."""
    # Keys of records begin with the year; other items of the resource with a letter.
    condition = Key("resource").eq(resource) & Key("record").between("0", ":")
    for item in pages(records.query, KeyConditionExpression=condition, ScanIndexForward=False, ConsistentRead=True):
        yield decode(records, item)


def export(records, since, controls):
    """All records that ended since a day, in the order of days, and then those that are open."""
    try:
        first = date.fromisoformat(since)
    except ValueError as error:
        raise Trouble(f"SINCE is `{since}`, which is no day.", "Write it as in SINCE=2026-11-29.") from error
    days = [str(first + timedelta(days=number)) for number in range((datetime.now(UTC).date() - first).days + 1)]
    for day in [*days, *(f"open {control}" for control in controls)]:
        for found in pages(records.query, IndexName="by_day", KeyConditionExpression=Key("day").eq(day)):
            item = records.get_item(Key={"resource": found["resource"], "record": found["record"]}, ConsistentRead=True).get("Item")
            # One that has ended meanwhile is in its day's list too, the next time.
            if item:
                yield decode(records, item)


def delete_table(place):
    """Deletes the table with all records. It is protected: only who asks for this comes here."""
    client = place.client("dynamodb")
    name = f"{place.prefix}-ledger"
    with suppress(client.exceptions.ResourceNotFoundException):
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
        client.delete_table(TableName=name)
        client.get_waiter("table_not_exists").wait(TableName=name)
