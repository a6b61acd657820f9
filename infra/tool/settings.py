"""Settings, checked on this machine with the functions' own code and then written to Parameter Store."""

import json
import subprocess
from pathlib import Path

from aws import trouble
from stacks import Stack
from templates import ROOT
from trouble import Trouble

# What a parameter holds at most, in the advanced tier.
LIMIT = 8 * 1024
UNCHANGED = "Nothing was changed."
# What the roles go by, from the least to the most that a function may do then.
MORE = {"Mode": ("observe", "enforce"), "Quarantine": ("alert", "revoke", "isolate"), "BlockPublicAcls": ("no", "yes")}


def write(place, options, say):
    """Writes a file's settings, where the functions may do what these want."""
    text = checked(options.file)
    shared = Stack(place, "shared")
    if not shared.is_there():
        raise Trouble(f"Curfew is not in {place.region}.", f"Run `make deploy REGION={place.region}` first.")
    wanted, has = wants(text), shared.values()
    lacking = [name for name, order in MORE.items() if order.index(wanted[name]) > order.index(has[name])]
    # Who only observes changes nothing in any style.
    if lacking and wanted["Mode"] != "observe":
        raise Trouble(
            f"In {place.region} the functions' roles were not given what {options.file} wants ({', '.join(lacking)}).",
            f"`make deploy REGION={place.region} FILE={options.file}` gives it to them and writes the settings. {UNCHANGED}",
        )
    say("settings", put(place, text))


def to_be(place, options):
    """The settings that a deployment leaves: the file's, or those that are there, or the mode alone that it begins with."""
    now = read(place)
    text = checked(options.file) if options.file else now
    said = parsed(text).get("mode")
    if now is None and not said:
        if not options.mode:
            raise Trouble(
                "Nobody said whether Curfew may change anything. When its rules are created, AWS Config evaluates every bucket and group that is there.",
                f"MODE=enforce closes all that is open then; MODE=observe changes nothing, and the mails say what would be. {UNCHANGED}",
            )
        return json.dumps({"version": 1, **parsed(text), "mode": options.mode}, separators=(",", ":"))
    if options.mode and options.mode != (said or "enforce"):
        where = options.file or f"/{place.prefix}/settings in {place.region}"
        advice = f"Change the mode there (`make settings REGION={place.region} FILE=...`), or leave MODE out. {UNCHANGED}"
        raise Trouble(f"MODE is `{options.mode}`, and {where} says `{said or 'enforce'}`.", advice)
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
    found = parsed(text)
    return {
        "Mode": found.get("mode", "enforce"),
        "Quarantine": found.get("sg", {}).get("quarantine", "revoke"),
        "BlockPublicAcls": "yes" if found.get("s3_acl", {}).get("block_public_acls") else "no",
    }


def read(place):
    """The settings as they are in Parameter Store; `None` where there are none."""
    ssm = place.client("ssm")
    with trouble("reading the settings", place.region):
        try:
            return ssm.get_parameter(Name=f"/{place.prefix}/settings")["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None


def put(place, text):
    """Writes settings that were checked. Says what became of them."""
    before = read(place)
    if before == text:
        return "unchanged"
    with trouble("writing the settings", place.region):
        place.client("ssm").put_parameter(Name=f"/{place.prefix}/settings", Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering")
    if before is not None:
        print(f"{place.region}  settings as they were: {before}")
    return "written"


def checked(name):
    """The file's text, which the functions would take."""
    if not name:
        raise Trouble("No file is named.", "Say which, as in FILE=settings.json.")
    try:
        # Editors on Windows begin UTF-8 with a mark, which JSON does not know.
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Trouble(f"{name} cannot be read: {error.strerror}", UNCHANGED) from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{name} is not UTF-8: {error}", f"Save it as UTF-8. {UNCHANGED}") from error
    # Of the whole workspace: of one package alone cargo would build the dependencies anew, with fewer features.
    build = ["cargo", "build", "--locked", "--workspace", "--example", "settings", "--message-format", "json-render-diagnostics"]
    try:
        run = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    except OSError as error:
        raise Trouble(f"cargo, which checks the settings, cannot be started: {error.strerror}", f"Install Rust's stable toolchain. {UNCHANGED}") from error
    if run.returncode:
        raise Trouble(f"What checks the settings cannot be built:\n{run.stderr.strip()}", f"Correct that and run the same command again. {UNCHANGED}")
    built = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    [program] = [one["executable"] for one in built if one["reason"] == "compiler-artifact" and one["target"]["name"] == "settings" and one["executable"]]
    run = subprocess.run([program], input=text, capture_output=True, text=True)
    if run.returncode:
        raise Trouble(f"{name}: {run.stderr.strip()}", f"Correct it and run the same command again. {UNCHANGED}")
    if len(text.encode()) > LIMIT:
        raise Trouble(f"{name} has {len(text.encode())} bytes, Parameter Store takes {LIMIT}.", f"Make it shorter. {UNCHANGED}")
    return text
