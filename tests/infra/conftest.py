"""The templates, without an account: read as data, and created on the emulator."""

import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import tool  # noqa: E402
from harness.deployed import Deployment  # noqa: E402
from harness.functions import FUNCTIONS  # noqa: E402
from harness.stack import ROOT, Emulator, stop  # noqa: E402
from made_up import Place  # noqa: E402


@pytest.fixture(scope="session")
def answering(tmp_path_factory):
    """A binary that answers the probe, and does nothing else."""
    binary = tmp_path_factory.mktemp("answering") / "bootstrap"
    subprocess.run(["rustc", "-C", "strip=symbols", "-o", binary, ROOT / "tests" / "harness" / "answering.rs"], check=True)
    return binary


@pytest.fixture
def lambda_dir(tmp_path, answering):
    for name in FUNCTIONS:
        place = tmp_path / "lambda" / name / "bootstrap"
        place.parent.mkdir(parents=True)
        shutil.copy2(answering, place)
    return tmp_path / "lambda"


@pytest.fixture(scope="module")
def own_emulator():
    """Beside the other tests' emulator, since each test here starts with an empty account."""
    emulator = Emulator()
    yield emulator
    stop(emulator.process)


@pytest.fixture
def deployment(own_emulator, lambda_dir):
    """An account in which nothing is deployed yet."""
    urllib.request.urlopen(urllib.request.Request(f"{own_emulator.url}/moto-api/reset", method="POST")).close()
    return Deployment(own_emulator, lambda_dir, tool.run)


@pytest.fixture
def place(monkeypatch):
    """A Region that answers what the test says, and is asked all of that."""
    monkeypatch.setattr(sys.modules["stacks"], "PAUSE_SECONDS", 0)
    place = Place()
    yield place
    place.all_was_asked()
