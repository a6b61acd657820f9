"""Settings, checked on this machine with the functions' own code and then written to Parameter Store."""

import json
import subprocess
from pathlib import Path

from aws import Place, trouble
from functions import ROOT
from regions import each, progress
from stacks import Stack
from trouble import Trouble

NAME = "/curfew/settings"
# What the foundation begins with.
DEFAULT = '{"version":1}'
# What a parameter holds at most, in the advanced tier.
LIMIT = 8 * 1024


def write(regions, options):
    """Writes a file's settings to each Region."""
    text = checked(options.file)

    def write_region(region, _options):
        place = Place(region)
        if not Stack(place, "foundation").is_there():
            raise Trouble(f"Curfew is not in {region}.", f"Run `make deploy REGION={region}` first.")
        return {"settings": progress(region)("settings", put(place, text))}

    return each(regions, write_region, options)


def read(place):
    """The settings as they are in Parameter Store; `None` where there are none."""
    ssm = place.client("ssm")
    with trouble(f"reading the settings {NAME}", place.region):
        try:
            return ssm.get_parameter(Name=NAME)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            return None


def put(place, text):
    """Writes settings that were checked. Says what became of them."""
    before = read(place)
    if before == text:
        return "unchanged"
    with trouble(f"writing the settings {NAME}", place.region):
        place.client("ssm").put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering")
    if before is None:
        return "written"
    print(f"{place.region}  settings as they were: {before}")
    return "written"


def bring(place, file, kept):
    """Sees to the settings of a deployment: the file's, or else those that were there before it.

    CloudFormation may write its own over them when it takes back what an earlier deployment left.
    """
    if file:
        return put(place, checked(file))
    now = read(place)
    if now is not None and kept in (None, now):
        return None
    return put(place, DEFAULT if kept is None else kept)


def checker():
    """The program that reads settings as the functions do, built where that was not done yet."""
    # Of the whole workspace: of one package alone cargo would build the dependencies anew, with fewer features.
    command = ["cargo", "build", "--locked", "--workspace", "--example", "settings", "--message-format", "json-render-diagnostics"]
    try:
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    except OSError as error:
        raise Trouble(f"cargo, which checks the settings, cannot be started: {error.strerror}", "Install Rust's stable toolchain. Nothing was changed.") from error
    if run.returncode:
        raise Trouble(f"What checks the settings cannot be built:\n{run.stderr.strip()}", "Correct that and run the same command again. Nothing was changed.")
    built = [json.loads(line) for line in run.stdout.splitlines() if line.startswith("{")]
    [program] = [one["executable"] for one in built if one["reason"] == "compiler-artifact" and one["target"]["name"] == "settings" and one["executable"]]
    return program


def checked(name):
    """The file's text, which the functions would take."""
    if not name:
        raise Trouble("No file is named.", "Say which, as in FILE=settings.json.")
    try:
        # Editors on Windows begin UTF-8 with a mark, which JSON does not know.
        text = Path(name).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Trouble(f"{name} cannot be read: {error.strerror}", "Nothing was changed.") from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{name} is not UTF-8: {error}", "Save it as UTF-8. Nothing was changed.") from error
    run = subprocess.run([checker()], input=text, capture_output=True, text=True)
    if run.returncode:
        raise Trouble(f"{name}: {run.stderr.strip()}", "Correct it and run the same command again. Nothing was changed.")
    if len(text.encode()) > LIMIT:
        raise Trouble(f"{name} has {len(text.encode())} bytes, Parameter Store takes {LIMIT}.", "Make it shorter. Nothing was changed.")
    return text
