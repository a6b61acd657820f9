"""Has the function `restore` put back what a record says was changed, and prints what it answers."""

import json

from aws import Trouble

# What is printed of an answer, in this order.
SHOWN = {
    "planned": "would do", "changes": "done", "unnoted": "done, though no answer said so", "changed_since": "changed since", "hindrances": "in the way",
    "lost": "cannot come back", "left": "not back yet", "stays": "stays", "untold": "what nobody was told of",
}
ENDINGS = {
    "planned": "nothing was changed: this is what would be done",
    "nothing-to-do": "nothing is left to put back",
    "restored": "put back, and read again",
}


def restore(place, options, say):
    """Asks, with the word of AWS for who asks: the function itself does not know its caller."""
    name, asks = f"{place.prefix}-restore", json.dumps(payload(place, options))
    asked = place.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=asks)
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
        until = answer.get("left_alone_until")
        was_back = ending == "restored" and not answer.get("changes") and not answer.get("unnoted")
        words = "it was back already: nothing was changed" if was_back else ENDINGS[ending]
        return words + (f"; Curfew leaves it alone until {until}" if until else "")
    raise Trouble(f"It ended as `{ending}`: {why(answer)}", advice(answer))


def payload(place, options):
    """What is asked: switches that are not said are left out."""
    if bool(options.RECORD) == bool(options.RESOURCE):
        raise Trouble("It is not said what to put back.", "Say RECORD=..., as mails and logs have it, or RESOURCE=<arn> for its newest.")
    asked = {"record": options.RECORD, "resource": options.RESOURCE, "reason": options.REASON}
    asked["claimed_by"] = options.CLAIMED_BY or place.client("sts").get_caller_identity()["Arn"]
    asked = {key: value for key, value in asked.items() if value}
    return asked | {"dry_run": options.DRY_RUN == "yes", "force": options.FORCE == "yes"}


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
