#!/usr/bin/env bash
# TransactWriteItems in moto applies a transaction again that is sent again with the same ClientRequestToken.
#
# The token makes the call idempotent for ten minutes: the second call has the effect of one, and answers with success:
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
# moto 5.2.5 takes the token and does not look at it. A counter that a retry must not count twice is counted twice, and a put that
# is conditional on the item's absence fails on its own repetition.
#
# Seen with moto 5.2.5 and boto3 1.44.5: the same update twice gives 2, and the same conditional put is cancelled.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[dynamodb]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import boto3
import moto

with moto.mock_aws():
    dynamodb = boto3.client("dynamodb", "eu-central-1")
    dynamodb.create_table(
        TableName="ledger",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    count = {
        "TableName": "ledger",
        "Key": {"id": {"S": "counter"}},
        "UpdateExpression": "ADD runs :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    claim = {"TableName": "ledger", "Item": {"id": {"S": "claim"}}, "ConditionExpression": "attribute_not_exists(id)"}
    for _ in range(2):
        dynamodb.transact_write_items(ClientRequestToken="count-1", TransactItems=[{"Update": count}])
    counted = dynamodb.get_item(TableName="ledger", Key=count["Key"])["Item"]["runs"]["N"]
    dynamodb.transact_write_items(ClientRequestToken="claim-1", TransactItems=[{"Put": claim}])
    try:
        dynamodb.transact_write_items(ClientRequestToken="claim-1", TransactItems=[{"Put": claim}])
        repeated = "taken"
    except dynamodb.exceptions.TransactionCanceledException:
        repeated = "cancelled"
print(f"moto {moto.__version__}: counted {counted}, the repeated put is {repeated}")
assert counted == "2", "the repeated update counts otherwise now"
assert repeated == "cancelled", "the repeated put is answered otherwise now"
PYTHON
