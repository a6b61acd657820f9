"""Settings, checked on this machine with the functions' own code and then written to Parameter Store."""

import json
import subprocess
from pathlib import Path

from aws import UNCHANGED, Trouble, absent, maybe
from stacks import Stack

STYLES = {"alert": "none", "revoke": "rules", "isolate": "interfaces"}
# What the roles of the controls go by that change something: the parameter of shared.yaml, the control's section of the
# settings, the values from the least to the most that its function may do then, and which of them such a section wants.
CHANGES = (
    ("AclChanges", "s3_acl", ("none", "grants", "flags"), lambda own: "flags" if own.get("block_public_acls") else "grants"),
    ("GroupChanges", "sg", ("none", "rules", "interfaces"), lambda own: STYLES[own.get("quarantine", "revoke")]),
)


def write(place, options, say):
    """Writes a file's settings, where the functions may do what these want."""
    if (text := options.text) is None:
        raise Trouble("No file is named.", "Say which, as in FILE=settings.json.")
    if not (shared := Stack(place, "shared")).is_there():
        raise absent(place)
    wanted, has = wants(text), shared.values()
    lacking = [name for name, _, order, _ in CHANGES if order.index(wanted[name]) > order.index(has[name])]
    if lacking:
        raise Trouble(
            f"In {place.region} the functions' roles were not given what {options.FILE} wants ({', '.join(lacking)}).",
            f"`make deploy REGION={place.region} FILE={options.FILE}` gives it to them and writes the settings. {UNCHANGED}",
        )
    say("settings", put(place, text))
    return "the functions go by what is written within five minutes"


def to_be(place, options):
    """The settings that a deployment leaves: the file's, or those that are there, or the mode alone that it begins with."""
    now = read(place)
    text = options.text or now
    said = parsed(text).get("mode")
    if now is None and not said and not options.MODE:
        raise Trouble(
            "Nobody said whether Curfew may change anything. When its rules are created, AWS Config evaluates every bucket and "
            "group that is there.",
            f"MODE=enforce closes all that is open then; MODE=observe changes nothing, and mails say what would be. {UNCHANGED}",
        )
    if now is None and not said:
        return json.dumps({"version": 1, **parsed(text), "mode": options.MODE}, separators=(",", ":"))
    if options.MODE and options.MODE != (said or "enforce"):
        where = options.FILE or f"/{place.prefix}/settings in {place.region}"
        advice = f"Change the mode there (`make settings REGION={place.region} FILE=...`), or leave MODE out. {UNCHANGED}"
        raise Trouble(f"MODE is `{options.MODE}`, and {where} says `{said or 'enforce'}`.", advice)
    return text


def parsed(text):
    """What a text holds; nothing where it is none that the functions would take."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def wants(text):
    """What the roles have to allow for these settings, as parameters of shared.yaml."""
    own = {section: parsed(text).get(section, {}) for _, section, _, _ in CHANGES}
    # Who only observes changes nothing in any style.
    enforced = {section for section in own if own[section].get("mode", mode(text)) == "enforce"}
    return {name: most(own[section]) if section in enforced else "none" for name, section, _, most in CHANGES}


def mode(text):
    """The mode of the controls that have none of their own."""
    return parsed(text).get("mode", "enforce")


def read(place):
    """The settings as they are in Parameter Store; `None` where there are none."""
    return maybe(place.client("ssm").get_parameter, Name=f"/{place.prefix}/settings").get("Parameter", {}).get("Value")


def put(place, text):
    """Writes settings that were checked. Says what became of them."""
    before = read(place)
    if before == text:
        return "unchanged"
    place.client("ssm").put_parameter(Name=f"/{place.prefix}/settings", Value=text, Type="String", Tier="Intelligent-Tiering", Overwrite=True)
    if before is not None:
        print(f"{place.region}  settings as they were: {before}")
    return "written"


def checked(options):
    """The text of the file, which the functions would take: their own code, built for this machine, says so."""
    try:
        # Editors on Windows begin UTF-8 with a mark, which JSON does not know.
        text = Path(options.FILE).read_text(encoding="utf-8-sig")
        run = subprocess.run([options.checker, "settings", "check"], input=text, capture_output=True, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{options.FILE} cannot be checked: {error}", f"It has to be a file in UTF-8. {UNCHANGED}") from error
    if run.returncode:
        raise Trouble(f"{options.FILE}: {run.stderr.strip()}", f"Correct it and run the same command again. {UNCHANGED}")
    print("" if options.command == "deploy" else run.stderr, end="", flush=True)  # `check`, before it, gave these warnings
    return text
