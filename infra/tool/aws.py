"""Clients, and what has to be right before any of them is used: credentials that work, in the account that is meant."""

from contextlib import contextmanager

import boto3
import botocore.exceptions as boto
from botocore.config import Config
from botocore.parsers import ResponseParserError

from trouble import Trouble

LOG_IN = "Log in first (`aws sso login`, or AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), then run this again."
AGAIN = "Correct that and run the same command again; it goes on from here."
WITHOUT = (boto.NoCredentialsError, boto.PartialCredentialsError, boto.SSOError, boto.TokenRetrievalError)
DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "AuthorizationErrorException"}
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException"}


class Place:
    """One Region of the account that the credentials are for, and what names begin with there."""

    def __init__(self, region, prefix="curfew", account=""):
        self.region, self.prefix, self.clients = region, prefix, {}
        try:
            self.session = boto3.session.Session(region_name=region)
        except boto.BotoCoreError as error:
            raise Trouble(f"The AWS profile cannot be used: {error}", LOG_IN) from error
        with trouble("finding out whose credentials these are", region):
            identity = self.client("sts").get_caller_identity()
        self.account, caller = identity["Account"], identity["Arn"]
        print(f"{region}  account {self.account}, as {caller}", flush=True)
        if account and account != self.account:
            raise Trouble(f"These credentials are for account {self.account}, not for {account}.", "Use others. Nothing was changed.")

    @property
    def partition(self):
        return self.session.get_partition_for_region(self.region)

    def client(self, service):
        if service not in self.clients:
            self.clients[service] = self.session.client(service, config=Config(retries={"mode": "standard", "max_attempts": 6}))
        return self.clients[service]


@contextmanager
def trouble(doing, region, but=None):
    """Says in words what AWS refuses while `doing` something; what has `but` in its message goes on as it is."""
    try:
        yield
    except WITHOUT as error:
        raise Trouble(f"There are no AWS credentials: {error}", LOG_IN) from error
    except (boto.EndpointConnectionError, boto.NoRegionError) as error:
        advice = "Is the Region's name right, is it enabled in this account, is there a network?"
        raise Trouble(f"AWS cannot be reached in {region} while {doing}: {error}", advice) from error
    except (boto.WaiterError, boto.BotoCoreError, ResponseParserError) as error:
        raise Trouble(f"AWS did not answer as it should in {region} while {doing}: {error}", "Run the same command again.") from error
    except boto.ClientError as error:
        code, text = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        call = error.operation_name
        if but and but in text:
            raise
        if code in EXPIRED:
            what, advice = f"AWS does not take these credentials in {region} ({code}): {text}", f"{LOG_IN} Or is {region} not enabled in this account?"
        elif code in DENIED:
            what = f"These credentials may not call {call} in {region} ({code}): {text}"
            advice = "Use credentials that may, or let somebody allow it (infra/deployer-policy.json), and run the same command again."
        else:
            what, advice = f"{call} failed in {region} while {doing} ({code}): {text}", AGAIN
        raise Trouble(what, advice) from error
