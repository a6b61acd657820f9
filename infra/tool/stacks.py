"""One CloudFormation stack: made, changed, removed, each as often as one likes."""

import re
import time

from aws import trouble
from parameters import declared, template
from trouble import Trouble

TAGS = [{"Key": "project", "Value": "curfew"}]
CAPABILITIES = ["CAPABILITY_IAM"]
# A first creation that failed, or was never carried out.
NEVER_MADE = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
# What CloudFormation takes no update for: it was never there, or is half gone.
UNUSABLE = (*NEVER_MADE, "DELETE_FAILED")
# How CloudFormation says that there is nothing to do.
UNCHANGED = re.compile(r"didn't contain changes|no updates are to be performed", re.I)
POLL_SECONDS = 3
PATIENCE_SECONDS = 30 * 60


class Stack:
    """A stack `curfew-NAME` in one Region, from infra/NAME.yaml."""

    def __init__(self, place, name):
        self.place, self.name, self.id = place, name, f"curfew-{name}"
        self.cloudformation = place.client("cloudformation")

    def describe(self):
        """What CloudFormation says about it; `None` where there is none."""
        with trouble(f"looking for the stack {self.id}", self.place.region):
            pages = self.cloudformation.get_paginator("describe_stacks").paginate()
            stacks = [stack for page in pages for stack in page["Stacks"] if stack["StackName"] == self.id]
        live = [stack for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
        return live[0] if live else None

    def is_there(self):
        """Whether it was ever made: a change set that nobody carried out leaves an empty one."""
        stack = self.describe()
        return bool(stack) and stack["StackStatus"] not in NEVER_MADE

    def parameter_values(self):
        """The values that it was deployed with."""
        stack = self.describe() or {}
        return {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}

    def outputs(self):
        stack = self.describe() or {}
        return {output["OutputKey"]: output.get("OutputValue", "") for output in stack.get("Outputs", [])}

    def deploy(self, given):
        """Brings the stack to where the template and the values are. Says `created`, `updated` or `unchanged`."""
        stack = self.settled()
        if stack and stack["StackStatus"] in UNUSABLE:
            self.delete(only=UNUSABLE)
            stack = self.settled()
        exists = bool(stack)
        if exists and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
            raise Trouble(
                f"The stack {self.id} in {self.place.region} could not be changed, nor put back.",
                "Look at its events in the console, repair what they name, choose `Continue update rollback` there, "
                "and run the same command again.",
            )
        change_set, since = self.propose(given, stack if exists else None)
        if not change_set:
            return "unchanged"
        with trouble(f"changing the stack {self.id}", self.place.region):
            self.cloudformation.execute_change_set(StackName=self.id, ChangeSetName=change_set)
        stack = self.settled(after_change=True)
        if not stack or stack["StackStatus"] not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise self.refused(self.reasons(since) or (stack or {}).get("StackStatus", "it is gone"))
        return "updated" if exists else "created"

    def change(self, given):
        """Changes values of a stack that is there, and nothing else of it."""
        if not self.is_there():
            raise Trouble(f"There is no stack {self.id} in {self.place.region}.", f"Run `make deploy REGION={self.place.region}` first.")
        return self.deploy(given)

    def propose(self, given, stack):
        """Makes a change set and gives its name and time by AWS's clock; nothing where there is nothing to change."""
        name = f"curfew-{time.time_ns()}"
        with trouble(f"changing the stack {self.id}", self.place.region):
            try:
                self.cloudformation.create_change_set(
                    StackName=self.id,
                    ChangeSetName=name,
                    ChangeSetType="UPDATE" if stack else "CREATE",
                    TemplateBody=template(self.name),
                    Parameters=self.parameters(given, stack),
                    Capabilities=CAPABILITIES,
                    Tags=TAGS,
                    # Logs and settings that an earlier deployment left are taken back in.
                    ImportExistingResources=True,
                )
            except self.cloudformation.exceptions.ClientError as error:
                if UNCHANGED.search(error.response["Error"].get("Message", "")):
                    return None, None
                raise
            made = self.change_set(name)
            if made["Status"] != "FAILED":
                return name, made["CreationTime"]
            self.cloudformation.delete_change_set(StackName=self.id, ChangeSetName=name)
        why = made.get("StatusReason", "CloudFormation does not say why")
        if stack and UNCHANGED.search(why):
            return None, None
        if not stack:
            self.delete(only=NEVER_MADE)
        raise self.refused(why)

    def parameters(self, given, stack):
        """Every parameter of the template: as given, or as it was, or by default."""
        before = {one["ParameterKey"] for one in (stack or {}).get("Parameters", [])}
        values = []
        for key in declared(self.name):
            if key in given:
                values.append({"ParameterKey": key, "ParameterValue": given[key]})
            elif key in before:
                values.append({"ParameterKey": key, "UsePreviousValue": True})
        return values

    def change_set(self, name):
        def finished():
            made = self.cloudformation.describe_change_set(StackName=self.id, ChangeSetName=name)
            return made if made["Status"] in ("CREATE_COMPLETE", "FAILED") else None

        return self.wait(finished, "its change set")

    def settled(self, after_change=False):
        """The stack once nothing is in progress; it may be somebody else's deployment that is."""

        def finished():
            stack = self.describe()
            status = stack["StackStatus"] if stack else "NONE"
            waiting = status.endswith("_IN_PROGRESS") and (after_change or status != "REVIEW_IN_PROGRESS")
            return None if waiting else (stack or "none")

        found = self.wait(finished, "what is in progress")
        return None if found == "none" else found

    def wait(self, finished, what):
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            with trouble(f"waiting for the stack {self.id}", self.place.region):
                found = finished()
            if found:
                return found
            time.sleep(POLL_SECONDS)
        raise Trouble(
            f"The stack {self.id} in {self.place.region} is still at it after {PATIENCE_SECONDS // 60} minutes ({what}).",
            "Look at its events in the console; run the same command again once it has ended.",
        )

    def reasons(self, since, kind="_FAILED"):
        """Why resources failed since then (by AWS's clock), first things first, without what was merely cancelled."""
        with trouble(f"asking why the stack {self.id} failed", self.place.region):
            events = self.cloudformation.describe_stack_events(StackName=self.id)["StackEvents"]
        failed = [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith(kind)
            and event["Timestamp"] >= since
            and "cancelled" not in event.get("ResourceStatusReason", "cancelled").lower()
        ]
        return "; ".join(dict.fromkeys(failed))

    def refused(self, why):
        return Trouble(
            f"The stack {self.id} in {self.place.region} could not be deployed: {why}",
            "Correct that and run the same command again; it goes on from here.",
        )

    def delete(self, only=None):
        """Removes the stack, where it has a status of `only`. Says whether it did."""
        stack = self.settled()
        # By now somebody else may have carried out what was only proposed.
        if not stack or (only and stack["StackStatus"] not in only):
            return False
        with trouble(f"removing the stack {self.id}", self.place.region):
            self.cloudformation.delete_stack(StackName=stack["StackId"])
        left = self.settled(after_change=True)
        if left and left["StackId"] == stack["StackId"]:
            raise Trouble(
                f"The stack {self.id} in {self.place.region} could not be removed: {self.reasons(stack['CreationTime'], 'DELETE_FAILED') or left['StackStatus']}",
                "Correct that and run the same command again.",
            )
        return True
