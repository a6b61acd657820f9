"""The project's documents: their headings, links, tables, code, and the commands in them."""

import re
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .stack import ROOT

FENCE = re.compile(r"^( *)```(\w*)$")
# What a command in the middle of a sentence begins with.
PROGRAMS = ("make", "curfew", "aws", "cargo", ".ci/run", ".venv/bin/python", "sha256sum")
# A script has to be run as a whole.
OF_A_SCRIPT = re.compile(r"^\s*(for|while|if|export)\b|\(\) \{|\$\{?[A-Za-z]|^\w+=", re.MULTILINE)


@dataclass
class Block:
    """A block of code with its language, and the heading that it stands under."""

    language: str
    section: str
    line: int
    text: str = ""

    def commands(self):
        """The commands of a block of shell, a line each; a script is one."""
        if OF_A_SCRIPT.search(self.text):
            return [self.text]
        lines = self.text.replace("\\\n", " ").splitlines()
        return [one for one in (without_comment(line) for line in lines) if one]


@dataclass
class Document:
    """A Markdown file."""

    path: Path
    blocks: list = field(default_factory=list)
    # (line, heading, inline code) in the order of the page.
    spans: list = field(default_factory=list)
    # Of headings, as GitHub makes them.
    anchors: set = field(default_factory=set)
    links: list = field(default_factory=list)
    # Text outside of code blocks, line by line.
    prose: list = field(default_factory=list)

    @property
    def name(self):
        return str(self.path.relative_to(ROOT))

    def code(self, *languages):
        return [block for block in self.blocks if block.language in languages]

    def section(self, heading):
        """The text under a heading up to the next one of the same or a higher level."""
        level = heading.split(" ")[0]
        text = self.path.read_text()
        assert f"\n{heading}\n" in text, f"{self.name} has no {heading}"
        return re.split(rf"^#{{1,{len(level)}}} ", text.split(f"\n{heading}\n")[1], flags=re.MULTILINE)[0]

    def table(self, heading, first):
        """The rows of the first table under a heading whose head begins with `first`, each a list of cells."""
        table, *_ = re.findall(rf"^\| {re.escape(first)} \|.*?(?=\n\n|\Z)", self.section(heading), re.MULTILINE | re.DOTALL)
        return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table.splitlines()[2:]]

    def commands(self):
        """(section, command) of each command: those of code blocks, and those in the middle of a sentence or a table."""
        found = [(block.line, block.section, one) for block in self.code("sh") for one in block.commands()]
        # What a workflow runs.
        found += [(block.line, block.section, one) for block in self.code("yaml") for one in re.findall(r"- run: (.+)", block.text)]
        found += [(line, section, span) for line, section, span in self.spans if is_command(span)]
        return [(section, one) for _, section, one in sorted(found, key=lambda one: one[0])]

    def mentions(self):
        """Inline code that begins as a command does and leaves something out, as in `make deploy`."""
        return [span for _, _, span in self.spans if names_a_program(span) and not is_command(span)]


def without_comment(line):
    """A line of shell without its comment."""
    quote = ""
    for index, character in enumerate(line):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "#" and (not index or line[index - 1].isspace()):
            return line[:index].strip()
    return line.strip()


def names_a_program(span):
    return span.split(" ")[0] in PROGRAMS


def is_command(span):
    """Whether inline code is a whole command: it says all that has to be said."""
    words = span.split()
    if not names_a_program(span) or "..." in span:
        return False
    if words[0] == "curfew":
        return len(words) > 2 or words[-1].startswith("-")
    # A target that needs a Region is only named where it has none.
    return any(word.startswith(("REGION=", "REGIONS=") if words[0] == "make" else "-") for word in words)


def slug(heading):
    """The anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def read(path):
    document, block, section, seen = Document(path), None, "", {}
    for number, line in enumerate(path.read_text().splitlines(), 1):
        fence = FENCE.match(line)
        if block is not None:
            if fence and not fence[2]:
                document.blocks.append(block)
                block = None
            else:
                block.text += line.removeprefix(indent) + "\n"
            continue
        if fence:
            block, indent = Block(fence[2], section, number), fence[1]
            continue
        if heading := re.match(r"#+ (.+)", line):
            section = heading[1]
            base = slug(section)
            seen[base] = seen.get(base, -1) + 1
            document.anchors.add(f"{base}-{seen[base]}" if seen[base] else base)
        plain = re.sub(r"`[^`]+`", lambda found: " " * len(found[0]), line)
        document.spans += [(number, section, span) for span in re.findall(r"`([^`]+)`", line)]
        document.links += re.findall(r"\]\(([^)\s]+)\)", plain)
        document.prose.append(line)
    assert block is None, f"{path}: a code block does not end"
    return document


def documents():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout
    return {name: read(ROOT / name) for name in sorted(set(listed.splitlines())) if (ROOT / name).exists()}


DOCUMENTS = documents()
