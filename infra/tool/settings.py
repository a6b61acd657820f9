"""Settings, checked on this machine with the functions' own code and then written to Parameter Store."""

import subprocess
from pathlib import Path

from aws import Place, trouble
from functions import ROOT
from trouble import Trouble

NAME = "/curfew/settings"
# What a parameter holds at most, in the advanced tier.
LIMIT = 8 * 1024


def write(regions, options):
    text = checked(options.file)
    for region in regions:
        place = Place(region)
        ssm = place.client("ssm")
        with trouble(f"writing the settings {NAME}", region):
            try:
                before = ssm.get_parameter(Name=NAME)["Parameter"]["Value"]
            except ssm.exceptions.ParameterNotFound:
                raise Trouble(f"There is no parameter {NAME} in {region}.", f"Run `make deploy REGION={region}` first.") from None
            if before == text:
                print(f"{region}  unchanged")
                continue
            version = ssm.put_parameter(Name=NAME, Value=text, Type="String", Overwrite=True, Tier="Intelligent-Tiering")["Version"]
        print(f"{region}  written as version {version}; the functions go by it within five minutes. Before it was:\n{before}")


def checked(name):
    """The file's text, which the functions would take."""
    if not name:
        raise Trouble("No file is named.", "Say which, as in FILE=settings.json.")
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(f"{name} cannot be read: {error}", "Nothing was changed.") from error
    run = subprocess.run(
        ["cargo", "run", "--locked", "--quiet", "--package", "remediation", "--example", "settings"],
        cwd=ROOT, input=text, capture_output=True, text=True,
    )
    if run.returncode:
        raise Trouble(f"{name}: {run.stderr.strip()}", "Correct it and run the same command again. Nothing was changed.")
    if len(text.encode()) > LIMIT:
        raise Trouble(f"{name} has {len(text.encode())} bytes, Parameter Store takes {LIMIT}.", "Make it shorter. Nothing was changed.")
    return text
