"""The records as a program of somebody else's would read them: straight from the table. What is in it, shared/ledger says."""

import gzip
import json

from boto3.dynamodb.conditions import Key


def items(table, operation, **what):
    """The items that `query` or `scan` finds, page by page."""
    pages = table.meta.client.get_paginator(operation).paginate(TableName=table.name, **what)
    return (item for page in pages for item in page["Items"])


def decode(table, item):
    """The record of an item: as text, compressed, or compressed and cut into parts."""
    if isinstance(item.get("body"), str):
        return json.loads(item["body"])
    names = [f"part {item['record']} {item['digest']} {index}" for index in range(int(item.get("parts", 0)))]
    parts = [table.get_item(Key={"resource": item["resource"], "record": name})["Item"] for name in names] or [item]
    return json.loads(gzip.decompress(b"".join(bytes(part["body"]) for part in parts)))


def history(table, resource):
    """All records of a resource, the newest first."""
    # Keys of records begin with the year; other items of the resource with a letter.
    condition = Key("resource").eq(resource) & Key("record").between("0", ":")
    found = items(table, "query", KeyConditionExpression=condition, ScanIndexForward=False, ConsistentRead=True)
    return (decode(table, item) for item in found)
