"""The functions, as infra/functions.toml has them."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "infra" / "functions.toml"


@dataclass(frozen=True)
class Row:
    """What the table says of one function."""

    name: str
    control: str
    changes: bool
    memory: int
    timeout: int
    # Empty where no event is for it.
    resource: str = ""
    source: str = ""
    calls: str = ""
    findings: str = "none"
    # Empty where it has no queue: people invoke it.
    schedule: str = ""


ROWS = {name: Row(name, **columns) for name, columns in tomllib.loads(TABLE.read_text()).items()}
FUNCTIONS = tuple(ROWS)
# The folder of functions/ that is none, by the Makefile, which leaves it out of what is built for Lambda.
NO_FUNCTION = re.search(r"^NO_FUNCTION := (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1]
# Those that have a queue.
QUEUED = tuple(row.name for row in ROWS.values() if row.schedule)
# Those that events are for.
TRIGGERED = tuple(row.name for row in ROWS.values() if row.resource)


def about(resource):
    """The functions that look at resources of a type."""
    return {row.name for row in ROWS.values() if row.resource == resource}
