"""Clients, and what has to be right before any of them is used: a Region, and credentials that work."""

import re
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.parsers import ResponseParserError

from trouble import Trouble

REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d{1,2}")
LOG_IN = "Log in first (`aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then run this again."

DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}


def regions(text):
    """The Regions that are named, in order, each once."""
    named = list(dict.fromkeys(text.replace(",", " ").split()))
    if not named:
        raise Trouble("No Region is named.", 'Say which, as in REGION=eu-central-1 or REGIONS="eu-central-1 us-east-1".')
    for region in named:
        if not REGION.fullmatch(region):
            raise Trouble(f"REGION is `{region}`, which is no Region's name.", "Name it as in eu-central-1.")
    return named


@dataclass
class Place:
    """One Region of the account that the credentials are for."""

    region: str
    account: str = ""

    def __post_init__(self):
        try:
            self.session = boto3.session.Session(region_name=self.region)
        except (ProfileNotFound, BotoCoreError) as error:
            raise Trouble(f"The AWS profile cannot be used: {error}", LOG_IN) from error
        with trouble("finding out whose credentials these are", self.region):
            identity = self.client("sts").get_caller_identity()
        self.account, self.caller = identity["Account"], identity["Arn"]

    def client(self, service):
        return self.session.client(service, config=Config(retries={"mode": "standard", "max_attempts": 6}))


@contextmanager
def trouble(doing, region):
    """Says in words what AWS refuses while `doing` something."""
    try:
        yield
    except (NoCredentialsError, PartialCredentialsError, SSOError, TokenRetrievalError) as error:
        raise Trouble(f"There are no AWS credentials: {error}", LOG_IN) from error
    except (EndpointConnectionError, NoRegionError) as error:
        raise Trouble(
            f"AWS cannot be reached in {region} while {doing}: {error}",
            "Is the Region's name right, is it enabled in this account, is there a network?",
        ) from error
    except (BotoCoreError, ResponseParserError) as error:
        raise Trouble(f"AWS did not answer as it should in {region} while {doing}: {error}", "Run the same command again.") from error
    except ClientError as error:
        code, text = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        call = error.operation_name
        if code in EXPIRED:
            raise Trouble(f"AWS does not take these credentials in {region} ({code}): {text}", f"{LOG_IN} Or is {region} not enabled in this account?") from error
        if code in DENIED:
            raise Trouble(
                f"These credentials may not call {call} in {region} ({code}): {text}",
                "Use credentials that may, or let somebody allow it, and run the same command again.",
            ) from error
        raise Trouble(f"{call} failed in {region} while {doing} ({code}): {text}", "Correct that and run the same command again.") from error
