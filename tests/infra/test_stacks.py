"""What the tool does with a stack in each of its states."""

import pytest
import stacks
from aws import Trouble
from made_up import NOW, gone, stack


def test_a_stack_without_changes_is_unchanged(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_COMPLETE"))
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    assert stacks.Stack(place, "config").deploy({}) == "unchanged"


def test_a_first_creation_that_failed_is_removed_and_made_anew(place):
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    place.answers("cloudformation", "delete_stack", {})
    place.answers("cloudformation", "describe_stacks", stack("DELETE_IN_PROGRESS"))
    gone(place)
    place.answers("cloudformation", "create_stack", {"StackId": "new"})
    place.answers("cloudformation", "describe_stacks", stack("CREATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE"))
    assert stacks.Stack(place, "config").deploy({}) == "created"


def test_what_somebody_else_is_at_is_waited_for(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_ROLLBACK_COMPLETE"))
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    assert stacks.Stack(place, "config").deploy({}) == "unchanged"


def test_a_first_creation_that_is_being_rolled_back_is_waited_for(place):
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_IN_PROGRESS"))
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    assert stacks.Stack(place, "config").settled()["StackStatus"] == "ROLLBACK_COMPLETE"


def test_a_value_that_is_not_said_stays_and_what_is_new_in_a_template_gets_its_default(place):
    before = [{"ParameterKey": "CreateRecorder", "ParameterValue": "yes"}, {"ParameterKey": "GoneSince", "ParameterValue": "x"}]
    place.answers("cloudformation", "describe_stacks", stack("CREATE_COMPLETE", Parameters=before))
    asked = {}
    place.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.UpdateStack", lambda params, **_: asked.update(params)
    )
    place.refuses("cloudformation", "update_stack", "ValidationError", "No updates are to be performed.")
    stacks.Stack(place, "config").deploy({"AuthorizedTcpPorts": "22"})
    values = {one["ParameterKey"]: one["ParameterValue"] for one in asked["Parameters"]}
    assert values == {
        "AuthorizedTcpPorts": "22", "CreateRecorder": "yes", "CreateConfigRules": "yes", "CurfewRules": "no", "Reevaluate": "no", "NamePrefix": "curfew", "RolePath": "/",
        "PermissionsBoundary": "",
    }


def test_a_failure_names_its_reasons_without_what_was_merely_cancelled_or_is_of_an_earlier_attempt(place, monkeypatch):
    tokens = []
    place.client("cloudformation").meta.events.register(
        "provide-client-params.cloudformation.CreateStack", lambda params, **_: tokens.append(params["ClientRequestToken"])
    )

    def event(resource, reason, **more):
        return {
            "StackId": "id", "EventId": resource, "StackName": "curfew-config", "Timestamp": NOW, "LogicalResourceId": resource,
            "ResourceStatus": "CREATE_FAILED", "ResourceStatusReason": reason, **more,
        }

    gone(place)
    place.answers("cloudformation", "create_stack", {"StackId": "id"})
    place.answers("cloudformation", "describe_stacks", stack("ROLLBACK_COMPLETE"))
    # The newest first.
    events = [
        event("Recorder", "Resource creation cancelled"),
        event("BucketPublicReadRule", "not authorized to perform config:PutConfigRule"),
        event("DeliveryChannel", "no such bucket"),
        event("curfew-config", "User Initiated", ResourceStatus="CREATE_IN_PROGRESS"),
        event("RecorderRole", "of the attempt before", ClientRequestToken="curfew-before"),
    ]
    monkeypatch.setattr(stacks.uuid, "uuid4", lambda: "now")
    events = [{"ClientRequestToken": "curfew-now", **one} for one in events]
    place.answers("cloudformation", "describe_stack_events", {"StackEvents": events})
    told = "ROLLBACK_COMPLETE: DeliveryChannel: no such bucket; BucketPublicReadRule: not authorized to perform config:PutConfigRule\n"
    with pytest.raises(Trouble, match=told + "  -> .*run the same command again"):
        stacks.Stack(place, "config").deploy({})
    assert tokens == ["curfew-now"]


def test_a_stack_that_can_only_be_repaired_by_hand_says_how(place):
    place.answers("cloudformation", "describe_stacks", stack("UPDATE_ROLLBACK_FAILED"))
    with pytest.raises(Trouble, match="Continue update rollback"):
        stacks.Stack(place, "config").deploy({})
