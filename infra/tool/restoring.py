"""Has the function `restore` put back what a record says was changed, and prints what it answers."""

import json

from aws import trouble
from trouble import Trouble

# What is printed of an answer, in this order.
SHOWN = {
    "planned": "would do", "changes": "done", "changed_since": "changed since by others", "hindrances": "in the way",
    "lost": "cannot come back", "left": "not back yet",
}
ENDINGS = {
    "planned": "nothing was changed: this is what would be done",
    "nothing-to-do": "all is as it was before already",
    "restored": "put back, and read again",
}


def restore(place, options, say):
    """Asks, with the word of AWS for who asks: the function itself does not know its caller."""
    name = f"{place.prefix}-restore"
    client = place.client("lambda")
    with trouble(f"asking {name}", place.region):
        asked = client.invoke(FunctionName=name, Qualifier="live", Payload=json.dumps(payload(place, options)))
    answer = json.loads(asked["Payload"].read())
    if asked.get("FunctionError"):
        raise Trouble(f"Nothing was put back: {answer.get('errorMessage', answer)}", "Nothing was changed.")
    ending = answer["ending"]
    for key, title in SHOWN.items():
        if key == "planned" and ending not in ("planned", "refused"):
            continue
        for line in answer.get(key, []):
            say.say(title, line)
    if ending in ENDINGS:
        until = answer.get("left_alone_until") if ending == "restored" else None
        return ENDINGS[ending] + (f"; Curfew leaves it alone until {until}" if until else "")
    raise Trouble(f"It ended as `{ending}`: {why(answer)}", advice(answer))


def payload(place, options):
    """What is asked: switches that are not said are left out."""
    if bool(options.record) == bool(options.resource):
        raise Trouble("It is not said what to put back.", "Say RECORD=..., as mails and logs have it, or RESOURCE=<arn> for its newest.")
    for name, value in (("DRY_RUN", options.dry_run), ("FORCE", options.force)):
        if value not in ("", "yes", "no"):
            raise Trouble(f"{name} is `{value}`, which it cannot be.", "It is yes or no. Nothing was changed.")
    asked = {"record": options.record, "resource": options.resource, "reason": options.reason}
    with trouble("asking who this is", place.region):
        asked["claimed_by"] = options.claimed_by or place.client("sts").get_caller_identity()["Arn"]
    asked = {key: value for key, value in asked.items() if value}
    return asked | {"dry_run": options.dry_run == "yes", "force": options.force == "yes"}


def why(answer):
    if answer["ending"] == "refused":
        return "; ".join(answer.get("hindrances", []) or answer.get("changed_since", []))
    if answer["ending"] == "busy":
        return f"another invocation is at work on it, until {answer['busy_until']} at the latest"
    if answer["ending"] == "gone":
        return "the resource is gone"
    return answer.get("error") or "not all is back"


def advice(answer):
    if answer["ending"] == "refused":
        if answer.get("hindrances"):
            return "Take out of the way what is named, and ask again. Nothing was changed."
        return "FORCE=yes puts it back and keeps what others changed. Nothing was changed."
    if answer["ending"] == "gone":
        return "What does not exist any more has to be made anew: its record says what it was like."
    return "The same command again does what is left."
