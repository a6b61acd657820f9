#!/usr/bin/env bash
# moto keeps a copy of the whole DynamoDB table for each TransactWriteItems, and never lets it go.
#
# Before a transaction moto copies each table that it names, to put it back where a condition fails. Whatever moto makes
# of its own types is also entered in a list for the server's dashboard, copies included. So the items that are kept grow
# with items times transactions, also where nothing is written. A long test run with conditional transactions fills the
# memory of `moto_server` by gigabytes and slows every service in it; calls then time out that have nothing to do with
# DynamoDB. A reset lets all of it go, and the data too.
#
# Seen with moto 5.2.5 and boto3 1.44.5: a table of 101 items, and 20 transactions that each replace one of them: 2,139
# items in memory, all of them reachable, of which the table has 101.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import gc

import boto3
import moto
from moto.dynamodb.models.dynamo_type import Item

ITEMS, TRANSACTIONS = 100, 20


def in_memory():
    gc.collect()
    return sum(type(one) is Item for one in gc.get_objects())


with moto.mock_aws():
    dynamodb = boto3.client("dynamodb", "eu-central-1")
    dynamodb.create_table(
        TableName="t", BillingMode="PAY_PER_REQUEST", AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    for number in range(ITEMS):
        dynamodb.put_item(TableName="t", Item={"id": {"S": str(number)}})
    before = in_memory()
    for _ in range(TRANSACTIONS):
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "t", "Item": {"id": {"S": "one"}}}}])
    after, items = in_memory(), dynamodb.scan(TableName="t")["Count"]
print(f"moto {moto.__version__}: a table of {items} items; in memory {before} before {TRANSACTIONS} transactions, {after} after")
assert (items, before) == (ITEMS + 1, ITEMS), "moto keeps other items now"
assert after > ITEMS * TRANSACTIONS, "moto lets the copies go now"
PYTHON
