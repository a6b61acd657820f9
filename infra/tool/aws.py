"""A Region of the account that the credentials are for, and what AWS refuses there, in words that say what to do."""

import functools
import re
import traceback

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

AGAIN = "Correct that and run the same command again; it goes on from here."
UNCHANGED = "Nothing was changed."
# What to do, by AWS's code of what went wrong, or boto3's.
ADVICE = {
    r"Credentials|SSO|Token|Profile|SignatureDoesNotMatch|UnrecognizedClient":
        "Log in first (`aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then run this again. "
        "Or is the Region not enabled in this account?",
    r"Denied|Unauthorized|AuthorizationError":
        "Use credentials that may, or let somebody allow it (infra/deployer-policy.json), and run the same command again.",
    r"EndpointConnection|ConnectTimeout|UnknownRegion|InvalidRegion":
        "Is the Region's name right, as in eu-central-1, is it enabled in this account, is there a network?",
}


class Trouble(Exception):
    """Something that the person at the keyboard has to know, and what to do about it."""

    def __init__(self, what, advice=AGAIN):
        super().__init__(f"{what}\n  -> {advice}")


class Place:
    """One Region, and what names begin with there."""

    def __init__(self, region, prefix="curfew", account=None):
        self.region, self.prefix = region, prefix
        session = boto3.session.Session(region_name=region)
        self.partition = session.get_partition_for_region(region)
        # Made before there are threads: a session is for one.
        self.client = functools.cache(session.client)
        identity = self.client("sts").get_caller_identity()
        self.account = identity["Account"]
        print(f"{region}  account {self.account}, as {identity['Arn']}", flush=True)
        if account and account != self.account:
            raise Trouble(f"These credentials are for account {self.account}, not for {account}.", UNCHANGED)


def absent(place, what="Curfew"):
    return Trouble(f"{what} is not in {place.region}.", f"Run `make deploy REGION={place.region}` first.")


def pages(client, operation, **arguments):
    """What a call answers on all its pages."""
    return client.get_paginator(operation).paginate(**arguments).build_full_result()


def maybe(call, **arguments):
    """What a call answers; nothing where AWS says that there is no such thing."""
    try:
        return call(**arguments)
    except ClientError as error:
        if not re.search(r"NotFound|NonExistent|DoesNotExist|does not exist|KMSInvalidState", str(error)):
            raise
        return {}


def told(error):
    """Any failure in words."""
    if isinstance(error, Trouble):
        return str(error)
    if isinstance(error, BotoCoreError | ClientError | ResponseParserError):
        kind = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        return str(Trouble(error, next((advice for kinds, advice in ADVICE.items() if re.search(kinds, kind)), AGAIN)))
    # A defect of the tool's own.
    traceback.print_exception(error)
    return f"unexpected {type(error).__name__}: {error}"
