"""Has the function `restore` put back what a record says was changed, and prints what it answers."""

import json

from aws import UNCHANGED, Trouble

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
    if bool(options.RECORD) == bool(options.RESOURCE):
        raise Trouble("It is not said what to put back.", "Say RECORD=..., as mails and logs have it, or RESOURCE=<arn> for its newest.")
    who = options.CLAIMED_BY or place.client("sts").get_caller_identity()["Arn"]
    said = {"record": options.RECORD, "resource": options.RESOURCE, "reason": options.REASON, "claimed_by": who}
    order = {key: value for key, value in said.items() if value} | {"dry_run": options.DRY_RUN == "yes", "force": options.FORCE == "yes"}
    asked = place.client("lambda").invoke(FunctionName=f"{place.prefix}-restore", Qualifier="live", Payload=json.dumps(order))
    answer = json.loads(asked["Payload"].read())
    if asked.get("FunctionError"):
        raise Trouble(f"Nothing was put back: {answer.get('errorMessage', answer)}", UNCHANGED)
    ending = answer["ending"]
    for key, title in SHOWN.items():
        if key != "planned" or ending in ("planned", "refused"):
            for line in answer.get(key, []):
                say.say(title, line)
    if ending not in ENDINGS:
        why, advice = why_not(answer)
        raise Trouble(f"It ended as `{ending}`: {why}", advice)
    words = ENDINGS[ending]
    if ending == "restored" and not answer.get("changes") and not answer.get("unnoted"):
        words = "it was back already: nothing was changed"
    until = answer.get("left_alone_until")
    return words + (f"; Curfew leaves it alone until {until}" if until else "")


def why_not(answer):
    """Why not all is back, and what to do about it."""
    match answer:
        case {"ending": "refused", "hindrances": walls}:
            return "; ".join(walls), f"Take out of the way what is named, and ask again. {UNCHANGED}"
        case {"ending": "refused"}:
            return "; ".join(answer.get("changed_since", [])), f"FORCE=yes puts it back and keeps what others changed. {UNCHANGED}"
        case {"ending": "gone"}:
            return "the resource is gone", "What does not exist any more has to be made anew: its record says what it was like."
        case {"ending": "busy", "busy_until": until}:
            why = f"another invocation is at work on it, until {until} at the latest"
        case {"ending": "busy"}:
            why = "somebody else was at work on it at the same time"
        case _:
            why = answer.get("error", "not all is back")
    return why, "The same command again does what is left."
