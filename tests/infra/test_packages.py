"""`make package`, and `make deploy PACKAGE=...` on the emulator, on a machine that has nothing that builds."""

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile

import pytest
from deploying import FIRST, RESOURCES, done, functions, refused, stacks, versions
from harness import tool
from harness.functions import FUNCTIONS, ROWS
from harness.stack import ROOT

OWN, OTHER = ("arm64", "x86_64") if platform.machine() in ("arm64", "aarch64") else ("x86_64", "arm64")
MACHINES = {"arm64": 0xB7, "x86_64": 0x3E}
ARCH = ("--ARCH", OWN.replace("_", "-"))


def built(folder, answering, suffix=b""):
    """What `make package` builds: stand-ins, of which those for the other architecture merely say that they are."""
    for architecture, machine in MACHINES.items():
        binary = bytearray(answering.read_bytes() + suffix)
        binary[18:20] = machine.to_bytes(2, "little")
        for name in FUNCTIONS:
            place = folder / architecture / name
            place.mkdir(parents=True)
            (place / "bootstrap").write_bytes(binary)
            (folder / architecture / f"{name}.cdx.json").write_text(json.dumps({"bomFormat": "CycloneDX"}))
    return folder


def package(folder, built):
    run = subprocess.run([sys.executable, ROOT / "infra" / "tool" / "packages.py", "1.4.0", built, folder], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture
def packaged(tmp_path, answering):
    return package(tmp_path / "1.4.0", built(tmp_path / "built", answering))


@pytest.fixture
def deployment(deployment, monkeypatch):
    """Without what builds: neither cargo nor cargo-lambda is there."""
    tool.module("functions", deployment, monkeypatch, CARGO_LAMBDA="/nonexistent/cargo-lambda", PAUSE_SECONDS=0)
    deployment.environment["PATH"] = "/nonexistent"
    return deployment


def deploy(deployment, folder, *options):
    return deployment.tool("deploy", "--PACKAGE", folder, *ARCH, *options)


def contents(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sum_anew(folder):
    """What somebody would do who builds a package by hand."""
    names = sorted(name for name in contents(folder) if name != "SHA256SUMS")
    told = subprocess.run(["sha256sum", *names], cwd=folder, capture_output=True, text=True, check=True)
    (folder / "SHA256SUMS").write_text(told.stdout)


def test_a_package_of_the_same_binaries_is_the_same_byte_for_byte(tmp_path, answering, packaged):
    # Built at another time, in another place.
    assert contents(package(tmp_path / "again", built(tmp_path / "elsewhere", answering))) == contents(packaged)
    parts = [f"{name}.{kind}" for name in FUNCTIONS for kind in ("cdx.json", "zip")]
    assert set(contents(packaged)) == {"RELEASE", "SHA256SUMS", *(f"{one}/{part}" for one in MACHINES for part in parts)}
    assert (packaged / "RELEASE").read_text().startswith("1.4.0 ")
    # As sha256sum writes them, all of what is there.
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=packaged, check=True)
    assert len((packaged / "SHA256SUMS").read_text().splitlines()) == len(contents(packaged)) - 1
    for architecture in MACHINES:
        [entry] = zipfile.ZipFile(packaged / architecture / "sg-quarantine.zip").infolist()
        assert (entry.filename, entry.external_attr >> 16, entry.date_time) == ("bootstrap", 0o100755, (1980, 1, 1, 0, 0, 0))


def test_a_binary_for_another_architecture_makes_no_package(tmp_path, answering):
    made = built(tmp_path / "built", answering)
    shutil.copy2(made / OTHER / "sg-quarantine" / "bootstrap", made / OWN / "sg-quarantine" / "bootstrap")
    run = subprocess.run([sys.executable, ROOT / "infra" / "tool" / "packages.py", "1.4.0", made, tmp_path / "1.4.0"], capture_output=True, text=True)
    assert run.returncode == 1 and f"is for {OTHER}" in run.stderr and "Traceback" not in run.stderr


@pytest.mark.parametrize("words", [[], ["VERSION="], ["VERSION=.."], ["VERSION=../.."], ["VERSION=1 2"], ["help"]])
def test_a_package_needs_a_version_that_can_name_its_folder(words):
    def made(*words):
        return subprocess.run(["make", "--dry-run", "package", *words], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "VERSION": "1.4.0"})

    run = made(*words)
    assert run.returncode == 2 and "as in VERSION=0.1.0" in run.stderr and "rm -rf" not in run.stdout
    assert 'rm -rf "target/package/1.4.0"' in made("VERSION=1.4.0").stdout


def test_a_package_is_deployed_upgraded_and_rolled_back_without_anything_that_builds(deployment, tmp_path, answering, packaged):
    check = deployment.tool("check", "--PACKAGE", packaged, *ARCH, *FIRST)
    assert check.returncode == 0, check.stdout
    done(deploy(deployment, packaged, *FIRST), "created", RESOURCES)
    first = functions(deployment)
    for name, function in first.items():
        row = ROWS[name.removeprefix("curfew-")]
        assert (function["MemorySize"], function["Timeout"], function["TracingConfig"]["Mode"]) == (row.memory, row.timeout, "Active")
        assert (function["Runtime"], function["Handler"], function["Architectures"]) == ("provided.al2023", "bootstrap", [OWN])
        assert function["LoggingConfig"]["LogGroup"] == "/aws/lambda/curfew"
        assert function["Role"].endswith(f":role/{name}-eu-central-1")
        assert function["Environment"]["Variables"]["CURFEW_SETTINGS_PARAMETER"] == "/curfew/settings"
        assert function["Description"].startswith("1.4.0 ")
        tags = deployment.emulator.client("lambda").list_tags(Resource=function["FunctionArn"].removesuffix(f":{function['Version']}"))
        assert tags["Tags"]["project"] == "curfew"
    done(deploy(deployment, packaged), "unchanged", RESOURCES)

    newer = package(tmp_path / "newer", built(tmp_path / "built-later", answering, b"another version"))
    done(deploy(deployment, newer), "updated", len(FUNCTIONS))
    second = versions(deployment)
    assert all(int(second[name]) > int(one["Version"]) for name, one in first.items())
    assert deployment.tool("rollback").returncode == 0
    assert versions(deployment) == {name: one["Version"] for name, one in first.items()}


def test_a_package_s_version_that_does_not_answer_is_handed_nothing(deployment, tmp_path, answering, packaged):
    done(deploy(deployment, packaged, *FIRST), "created", RESOURCES)
    before, made = versions(deployment), built(tmp_path / "built-later", answering)
    shutil.copy2("/bin/false", made / OWN / "s3-policy-alert" / "bootstrap")
    refused(deploy(deployment, package(tmp_path / "broken", made)), "of curfew-s3-policy-alert", "does not work")
    assert versions(deployment) == before


def altered(packaged):
    with (packaged / OWN / "sg-quarantine.zip").open("ab") as archive:
        archive.write(b"x")
    return f"was altered: {OWN}/sg-quarantine.zip"


def lacking_a_zip(packaged):
    (packaged / OWN / "sg-quarantine.zip").unlink()
    return "is not whole"


def lacking_a_function(packaged):
    lacking_a_zip(packaged)
    sum_anew(packaged)
    return "SHA256SUMS has no"


def lacking_sums(packaged):
    (packaged / "SHA256SUMS").unlink()
    return "is not whole"


def with_a_sum_less(packaged):
    """As after a download that was cut off: what is deployed would not be checked."""
    sums = packaged / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(keepends=True) if f"{OWN}/sg-quarantine.zip" not in line))
    return f"SHA256SUMS has no {OWN}/sg-quarantine.zip"


def without_any_sum(packaged):
    (packaged / "SHA256SUMS").write_text("")
    return "SHA256SUMS has no RELEASE"


def of_another_architecture(packaged):
    shutil.copy2(packaged / OTHER / "sg-quarantine.zip", packaged / OWN / "sg-quarantine.zip")
    sum_anew(packaged)
    return f"is for {OTHER}, not for {OWN}"


@pytest.mark.parametrize("spoil", [altered, lacking_a_zip, lacking_a_function, lacking_sums, with_a_sum_less, without_any_sum, of_another_architecture])
def test_a_package_that_is_not_whole_changes_nothing(deployment, packaged, spoil):
    words = spoil(packaged)
    refused(deploy(deployment, packaged, *FIRST), words)
    assert stacks(deployment) == set()
