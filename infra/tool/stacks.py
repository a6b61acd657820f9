"""One CloudFormation stack: made, changed, removed, each as often as one likes."""

import time
import uuid

from botocore.exceptions import ClientError

from aws import Trouble, maybe
from templates import INFRA, ROWS, declared

# A first creation that failed, or was never carried out.
NEVER_MADE = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
ATTEMPTS, PAUSE_SECONDS = 600, 3


class Stack:
    """A stack in one Region: `kept`, `shared`, `config` from the template of that name, a function's from function.yaml."""

    def __init__(self, place, name):
        self.id, self.template = f"{place.prefix}-{name}", "function" if name in ROWS else name
        self.where = f"The stack {self.id} in {place.region}"
        self.cloudformation = place.client("cloudformation")

    def describe(self):
        """What CloudFormation says about it; nothing where there is none."""
        [stack] = maybe(self.cloudformation.describe_stacks, StackName=self.id).get("Stacks", [{}])
        return stack if stack.get("StackStatus") != "DELETE_COMPLETE" else {}

    def status(self):
        return self.describe().get("StackStatus", "not there")

    def is_there(self):
        return self.status() not in ("not there", *NEVER_MADE)

    def values(self):
        """The values that it was deployed with."""
        return {one["ParameterKey"]: one.get("ParameterValue", "") for one in self.describe().get("Parameters", [])}

    def output(self, name):
        return next((one["OutputValue"] for one in self.describe().get("Outputs", []) if one["OutputKey"] == name), None)

    def deploy(self, given, protect=False):
        """Brings the stack to where the template and the values are. Says `created`, `updated` or `unchanged`."""
        stack = self.settled()
        if stack.get("StackStatus") in (*NEVER_MADE, "DELETE_FAILED"):
            self.delete()
            stack = {}
        if stack.get("StackStatus") == "UPDATE_ROLLBACK_FAILED":
            advice = "Look at its events in the console, repair what they name, choose `Continue update rollback` there, and run the same command again."
            raise Trouble(f"{self.where} could not be changed, nor put back.", advice)
        defaults = {key: str(one.get("Default", "")) for key, one in declared(self.template).items()}
        before = {one["ParameterKey"]: one.get("ParameterValue", "") for one in stack.get("Parameters", [])}
        values = {**defaults, **before, **given}
        what = {
            "StackName": self.id, "TemplateBody": (INFRA / f"{self.template}.yaml").read_text(),
            "Parameters": [{"ParameterKey": key, "ParameterValue": values[key]} for key in defaults],
            "Capabilities": ["CAPABILITY_NAMED_IAM"], "Tags": [{"Key": "project", "Value": "curfew"}],
        }
        if not stack:
            self.carry_out(self.cloudformation.create_stack, "CREATE_COMPLETE", **what, EnableTerminationProtection=protect)
            return "created"
        try:
            self.carry_out(self.cloudformation.update_stack, "UPDATE_COMPLETE", **what)
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
            return "unchanged"
        return "updated"

    def tell(self, key, value):
        """Starts to change one value, with the template that the stack has."""
        others = [{"ParameterKey": one, "UsePreviousValue": True} for one in self.values() if one != key]
        self.cloudformation.update_stack(
            StackName=self.id, UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value}, *others],
        )

    def delete(self):
        """Removes the stack. Says what became of it."""
        if not (stack := self.settled()):
            return "not there"
        if stack.get("EnableTerminationProtection"):
            self.cloudformation.update_termination_protection(StackName=self.id, EnableTerminationProtection=False)
        self.carry_out(self.cloudformation.delete_stack, "not there", StackName=self.id)
        return "removed"

    def settled(self):
        """The stack once nothing is in progress, nothing where there is none; it may be somebody else's deployment that is."""
        for _ in range(ATTEMPTS):
            stack = self.describe()
            if not stack or not stack["StackStatus"].endswith("_IN_PROGRESS") or stack["StackStatus"] in NEVER_MADE:
                return stack
            time.sleep(PAUSE_SECONDS)
        raise Trouble(f"{self.where} is still at it: {stack['StackStatus']}.", "Run the same command again once it has ended.")

    def carry_out(self, call, right, **what):
        """Makes a call and waits for its end, which has to be the right one."""
        token = f"curfew-{uuid.uuid4()}"
        call(**what, ClientRequestToken=token)
        status = self.settled().get("StackStatus", "not there")
        if status != right:
            # The newest event comes first; what was merely cancelled is no reason.
            failed = [
                f"{one['LogicalResourceId']}: {one['ResourceStatusReason']}"
                for one in reversed(self.cloudformation.describe_stack_events(StackName=self.id)["StackEvents"])
                if one.get("ClientRequestToken") == token and one["ResourceStatus"].endswith("_FAILED")
                and "cancelled" not in one.get("ResourceStatusReason", "cancelled").lower()
            ]
            raise Trouble(f"{self.where} ended as {status}: {'; '.join(failed) or 'see its events in the console'}")
