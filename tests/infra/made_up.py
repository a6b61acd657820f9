"""Answers of AWS, made up, for the tool behind `make deploy`."""

import datetime

import boto3
from botocore.stub import Stubber
from harness import tool

# The tool's modules can be imported from then on.
tool.main()

NOW = datetime.datetime.now(datetime.UTC)


class Place:
    """A Region whose clients answer what a test says, in order, and check what they are asked."""

    region, account, prefix, partition = "eu-central-1", "123456789012", "curfew", "aws"

    def __init__(self):
        self.stubs = {}

    def client(self, service):
        if service not in self.stubs:
            client = boto3.client(service, self.region, aws_access_key_id="x", aws_secret_access_key="y")
            stub = Stubber(client)
            stub.activate()
            self.stubs[service] = (client, stub)
        return self.stubs[service][0]

    def answers(self, service, operation, answer, expected=None):
        self.client(service)
        self.stubs[service][1].add_response(operation, answer, expected)

    def refuses(self, service, operation, code, message="no"):
        self.client(service)
        self.stubs[service][1].add_client_error(operation, code, message)

    def all_was_asked(self):
        for _, stub in self.stubs.values():
            stub.assert_no_pending_responses()


def stack(status, **more):
    return {"Stacks": [{"StackName": "curfew-config", "StackId": "id", "CreationTime": NOW, "StackStatus": status, **more}]}


def gone(place):
    place.refuses("cloudformation", "describe_stacks", "ValidationError", "Stack with id curfew-config does not exist")
