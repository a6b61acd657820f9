"""One CloudFormation stack: made, changed, removed, each as often as one likes."""

from botocore.exceptions import ClientError, WaiterError

from aws import AGAIN, trouble
from templates import FUNCTIONS, INFRA, declared
from trouble import Trouble

TAGS = [{"Key": "project", "Value": "curfew"}]
# A first creation that failed, or was never carried out.
NEVER_MADE = ("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
WAIT = {"Delay": 3, "MaxAttempts": 600}
# What CloudFormation is at, and the waiter for its end.
UNDER_WAY = {"CREATE": "stack_create_complete", "ROLLBACK": "stack_create_complete", "DELETE": "stack_delete_complete"}


class Stack:
    """A stack in one Region: `kept`, `shared`, `config` from the template of that name, a function's from function.yaml."""

    def __init__(self, place, name):
        self.place, self.id = place, f"{place.prefix}-{name}"
        self.template = "function" if name in [one.binary for one in FUNCTIONS] else name
        self.cloudformation = place.client("cloudformation")

    def describe(self, name=None):
        """What CloudFormation says about it; `None` where there is none."""
        with trouble(f"looking for the stack {self.id}", self.place.region):
            try:
                [stack] = self.cloudformation.describe_stacks(StackName=name or self.id)["Stacks"]
            except ClientError as error:
                if "does not exist" in error.response["Error"].get("Message", ""):
                    return None
                raise
        return stack if stack["StackStatus"] != "DELETE_COMPLETE" else None

    def status(self):
        return (self.describe() or {"StackStatus": "not there"})["StackStatus"]

    def is_there(self):
        return self.status() not in ("not there", *NEVER_MADE)

    def values(self):
        """The values that it was deployed with."""
        return {one["ParameterKey"]: one.get("ParameterValue", "") for one in (self.describe() or {}).get("Parameters", [])}

    def topic(self):
        """The topic of the shared stack."""
        return next(one["OutputValue"] for one in self.describe()["Outputs"] if one["OutputKey"] == "TopicArn")

    def deploy(self, given, protect=False):
        """Brings the stack to where the template and the values are. Says `created`, `updated` or `unchanged`."""
        stack = self.settled()
        if stack and stack["StackStatus"] in (*NEVER_MADE, "DELETE_FAILED"):
            self.delete()
            stack = None
        if stack and stack["StackStatus"] == "UPDATE_ROLLBACK_FAILED":
            raise Trouble(
                f"The stack {self.id} in {self.place.region} could not be changed, nor put back.",
                "Look at its events in the console, repair what they name, choose `Continue update rollback` there, and run the same command again.",
            )
        text = (INFRA / f"{self.template}.yaml").read_text()
        if not stack:
            values = {key: str(one.get("Default", "")) for key, one in declared(self.template).items()} | given
            parameters = [{"ParameterKey": key, "ParameterValue": values[key]} for key in declared(self.template)]
            self.carry_out("create_stack", "stack_create_complete", TemplateBody=text, Parameters=parameters, EnableTerminationProtection=protect)
            return "created"
        return "updated" if self.update(given, stack, TemplateBody=text) else "unchanged"

    def update(self, given, stack, wait=True, **template):
        """Changes values, and with `TemplateBody` the template. Says whether there was anything to change."""
        before = [one["ParameterKey"] for one in stack.get("Parameters", [])]
        keys = declared(self.template) if "TemplateBody" in template else before
        parameters = [{"ParameterKey": key, "ParameterValue": given[key]} for key in keys if key in given]
        parameters += [{"ParameterKey": key, "UsePreviousValue": True} for key in before if key in keys and key not in given]
        try:
            self.carry_out("update_stack", "stack_update_complete" if wait else None, Parameters=parameters, **template)
        except ClientError as error:
            if "No updates are to be performed" not in error.response["Error"].get("Message", ""):
                raise
            return False
        return True

    def carry_out(self, call, waiter, **what):
        with trouble(f"changing the stack {self.id}", self.place.region, but="No updates are to be performed"):
            made = getattr(self.cloudformation, call)(StackName=self.id, Capabilities=["CAPABILITY_NAMED_IAM"], Tags=TAGS, **what)
        try:
            if waiter:
                self.cloudformation.get_waiter(waiter).wait(StackName=made["StackId"], WaiterConfig=WAIT)
        except WaiterError as error:
            why = self.reasons(made["StackId"]) or str(error)
            raise Trouble(f"The stack {self.id} in {self.place.region} could not be deployed: {why}", AGAIN) from error

    def settled(self):
        """The stack once nothing is in progress; it may be somebody else's deployment that is."""
        while (stack := self.describe()) and stack["StackStatus"].endswith("_IN_PROGRESS") and stack["StackStatus"] != "REVIEW_IN_PROGRESS":
            waiter = UNDER_WAY.get(stack["StackStatus"].split("_")[0], "stack_update_complete")
            try:
                self.cloudformation.get_waiter(waiter).wait(StackName=stack["StackId"], WaiterConfig=WAIT)
            except WaiterError as error:
                # It ended in another way, which the next look tells; or not at all.
                if "Max attempts" in str(error):
                    raise Trouble(f"The stack {self.id} in {self.place.region} is still at it: {stack['StackStatus']}.", "Look at its events in the console; run the same command again once it has ended.") from error
        return stack

    def reasons(self, stack_id):
        """Why resources failed in what was done last, first things first, without what was merely cancelled."""
        with trouble(f"asking why the stack {self.id} failed", self.place.region):
            events = self.cloudformation.describe_stack_events(StackName=stack_id)["StackEvents"]
        failed = []
        for event in events:
            if event["ResourceStatus"].endswith("_FAILED") and "cancelled" not in event.get("ResourceStatusReason", "cancelled").lower():
                failed.insert(0, f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}")
            if event.get("PhysicalResourceId") == stack_id and event["ResourceStatus"] in ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"):
                break
        return "; ".join(dict.fromkeys(failed))

    def delete(self):
        """Removes the stack. Says whether there was one."""
        stack = self.settled()
        if not stack:
            return False
        with trouble(f"removing the stack {self.id}", self.place.region):
            if stack.get("EnableTerminationProtection"):
                self.cloudformation.update_termination_protection(StackName=self.id, EnableTerminationProtection=False)
            self.cloudformation.delete_stack(StackName=stack["StackId"])
        try:
            self.cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack["StackId"], WaiterConfig=WAIT)
        except WaiterError as error:
            why = self.reasons(stack["StackId"]) or str(error)
            raise Trouble(f"The stack {self.id} in {self.place.region} could not be removed: {why}", AGAIN) from error
        return True
