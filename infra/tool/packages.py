"""The code that is deployed: binaries that were just built here, or a package's zips, which `make package` writes.

A package holds for each architecture a zip and a bill of materials of each function, in `RELEASE` which Curfew it is, and the
sums of all that in `SHA256SUMS`. The same binaries give the same zips, byte for byte.
"""

import hashlib
import itertools
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

from aws import UNCHANGED, Trouble
from templates import ROOT, ROWS

# What an ELF file says of the machine that it is for.
MACHINES = {0xB7: "arm64", 0x3E: "x86_64"}
SUMS = "SHA256SUMS"


class Code(NamedTuple):
    """The code of one function: a binary, or a zip with one."""

    path: Path
    release: str
    architecture: str
    digest: str


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def codes(options):
    """The code of every function; refused where any of it is missing or not whole."""
    folder = Path(options.PACKAGE or options.lambda_dir).resolve()
    if not options.PACKAGE:
        return {row: code(folder / row.binary / "bootstrap", release(), "Run `make build` first.") for row in ROWS.values()}
    architecture = (options.ARCH or "arm64").replace("-", "_")
    names = {row: f"{architecture}/{row.binary}.zip" for row in ROWS.values()}
    check(folder, {"RELEASE", *names.values()})
    text, advice = (folder / "RELEASE").read_text().strip(), f"The package is not whole. {UNCHANGED}"
    return {row: code(folder / name, text, advice, architecture) for row, name in names.items()}


def code(path, text, advice, architecture=None):
    if not path.is_file():
        raise Trouble(f"There is no {path}.", advice)
    binary = zipfile.ZipFile(path).read("bootstrap") if path.suffix == ".zip" else path.read_bytes()
    found = MACHINES.get(int.from_bytes(binary[18:20], "little"))
    if binary[:4] != b"\x7fELF" or not found:
        raise Trouble(f"{path} is no program that Lambda can run.", advice)
    if found != (architecture or found):
        raise Trouble(f"{path} is for {found}, not for {architecture}.", advice)
    return Code(path, text, found, hashlib.sha256(binary).hexdigest())


def check(folder, needed):
    """Refuses a package in which anything is missing or was altered, or what is needed has no sum."""
    try:
        sums = dict(reversed(line.split("  ", 1)) for line in (folder / SUMS).read_text().splitlines())
        wrong = [name for name, wanted in sums.items() if sha256(folder / name) != wanted]
        lacking = ", ".join(sorted(needed - set(sums)))
        what = f"was altered: {', '.join(wrong)}" if wrong else f"is not whole: {SUMS} has no {lacking}" if lacking else ""
    except (OSError, ValueError) as error:
        what = f"is not whole: {error}"
    if what:
        raise Trouble(f"The package in {folder} {what}.", f"Get it again. {UNCHANGED}")


def release(version=None):
    """Which Curfew this is: the version and the commit that it is built from."""
    version = version or tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    git = subprocess.run(["git", "describe", "--always", "--dirty", "--exclude", "*"], cwd=ROOT, capture_output=True, text=True)
    return f"{version} {git.stdout.strip() or 'unknown'}"


def make(version, built, folder):
    """Makes a package in a folder of what is built: ARCHITECTURE/FUNCTION/bootstrap and ARCHITECTURE/FUNCTION.cdx.json."""
    for architecture, row in itertools.product(MACHINES.values(), ROWS.values()):
        one = code(built / architecture / row.binary / "bootstrap", "", "Run `make package` again.", architecture)
        (folder / architecture).mkdir(parents=True, exist_ok=True)
        shutil.copy(built / architecture / f"{row.binary}.cdx.json", folder / architecture)
        # The time that zips begin with, and what Lambda has to be allowed: to read and to run it.
        entry = zipfile.ZipInfo("bootstrap", (1980, 1, 1, 0, 0, 0))
        entry.create_system, entry.external_attr = 3, 0o100755 << 16
        with zipfile.ZipFile(folder / architecture / f"{row.binary}.zip", "w") as archive:
            archive.writestr(entry, one.path.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    (folder / "RELEASE").write_text(f"{release(version)}\n")
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    (folder / SUMS).write_text("".join(f"{sha256(folder / name)}  {name}\n" for name in names))


if __name__ == "__main__":
    try:
        make(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    except Trouble as trouble:
        sys.exit(str(trouble))
