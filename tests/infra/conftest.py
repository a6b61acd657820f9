"""The templates, without an account: read as data, and created on the emulator."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness import templates  # noqa: E402


@pytest.fixture(scope="session")
def foundation():
    return templates.load("foundation")


@pytest.fixture(scope="session")
def triggers():
    return templates.load("triggers")


@pytest.fixture(scope="session")
def watch():
    return templates.load("watch")
