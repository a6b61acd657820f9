"""`infra/tool` in this process: it does what the process does, and loads its libraries once."""

import contextlib
import functools
import importlib.util
import io
import os
import subprocess
import sys
import traceback
from unittest import mock

import botocore.loaders

from .stack import ROOT

TOOL = ROOT / "infra" / "tool"
# Each session reads what AWS's services are like from large files: once is enough.
LOADER = functools.cache(botocore.loaders.create_loader)


def run(words, environment):
    """Runs a command; returns what `subprocess.run` would."""
    words = [str(word) for word in words]
    out, error = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(error),
        mock.patch.dict(os.environ, environment, clear=True), mock.patch.object(sys, "argv", ["make", *words]),
        mock.patch.object(botocore.loaders, "create_loader", LOADER),
    ):
        try:
            status = main()()
        except SystemExit as end:
            status = end.code
        except Exception:
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(words, status or 0, out.getvalue(), error.getvalue())


@functools.cache
def main():
    if str(TOOL) not in sys.path:
        sys.path.insert(0, str(TOOL))
    spec = importlib.util.spec_from_file_location("curfew_tool", TOOL / "__main__.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.main
