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

import botocore.client
import botocore.loaders

from .stack import ROOT

TOOL = ROOT / "infra" / "tool"
# Each session reads what AWS's services are like from large files: once is enough.
LOADER = functools.cache(botocore.loaders.create_loader)
# Every action of AWS that the tool was seen to call, as IAM names it.
CALLED = set()
SERVICES, ACTIONS = {"monitoring": "cloudwatch"}, {"lambda:Invoke": "lambda:InvokeFunction"}
call = botocore.client.BaseClient._make_api_call


def seen(client, operation, arguments):
    service = client.meta.service_model.signing_name
    action = f"{SERVICES.get(service, service)}:{operation}"
    CALLED.add(ACTIONS.get(action, action))
    return call(client, operation, arguments)


def run(words, environment):
    """Runs a command; returns what `subprocess.run` would."""
    words = [str(word) for word in words]
    out, error = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out), contextlib.redirect_stderr(error),
        mock.patch.dict(os.environ, environment, clear=True), mock.patch.object(sys, "argv", ["make", *words]),
        mock.patch.object(botocore.loaders, "create_loader", LOADER),
        mock.patch.object(botocore.client.BaseClient, "_make_api_call", seen),
    ):
        try:
            status = main()()
        except sys.modules["aws"].Trouble as trouble:
            print(trouble, file=error)
            status = 1
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


def module(name, deployment, monkeypatch, **values):
    """Gives one of the tool's modules other values for a test, in which the tool runs in this process."""
    assert deployment.run is run
    main()
    for key, value in values.items():
        monkeypatch.setattr(sys.modules[name], key, value)
