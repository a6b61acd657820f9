"""The sources: none is long, so that a folder's list of files reads like a table of contents."""

import subprocess

from harness.stack import ROOT

LINES = 400


def test_no_source_is_long():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.rs", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout
    lines = {name: len((ROOT / name).read_text().splitlines()) for name in listed.splitlines() if (ROOT / name).exists()}
    assert len(lines) > 500
    assert {name: count for name, count in lines.items() if count > LINES} == {}, "split it along its meaning"
