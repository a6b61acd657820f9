"""The documents: links lead somewhere, examples can be used, and tables say what is so."""

import functools
import json
import re
import subprocess
import tomllib

import pytest
import yaml

from harness import templates, tool
from harness.documents import DOCUMENTS, slug
from harness.functions import FUNCTIONS
from harness.stack import ROOT, binary

README, FUNCTIONS_PAGE, INFRA_PAGE, CRATES_PAGE = (DOCUMENTS[name] for name in ("README.md", "functions/README.md", "infra/README.md", "shared/README.md"))
LANGUAGES = {"sh", "json", "yaml", "text", "python"}
MAKEFILE = (ROOT / "Makefile").read_text()
# What the tool takes, and what recipes take of themselves.
TOOLS = {"ACCOUNT", "PREFIX"}.union(*(takes for _, takes in tool.main().__globals__["COMMANDS"].values()))
VARIABLES = {*TOOLS, *re.findall(r"\$\(call (?:said|says|flag),([A-Z_]+)", MAKEFILE)}
EVERY = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


def test_there_is_a_page_for_each_folder_and_for_who_arrives_changes_or_reports():
    assert set(DOCUMENTS) == {
        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", *(f"{folder}/README.md" for folder in ("functions", "infra", "shared", "tests")),
    }


def test_the_readme_is_for_who_arrives():
    assert len(README.path.read_text().splitlines()) <= 130


def test_every_page_is_linked_from_the_readme():
    assert {link.split("#")[0] for link in README.links if not link.startswith("http")} >= set(DOCUMENTS) - {"README.md"}


@EVERY
def test_a_link_leads_somewhere(document):
    for link in document.links:
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (document.path.parent / name).resolve() if name else document.path
        assert target.exists(), link
        if anchor:
            assert anchor in DOCUMENTS[str(target.relative_to(ROOT))].anchors, link


def test_an_anchor_is_what_github_makes_of_a_heading():
    assert slug("An organization, with StackSets") == "an-organization-with-stacksets"
    assert slug("What only a real account can show: 20 minutes") == "what-only-a-real-account-can-show-20-minutes"
    assert slug("`sg-quarantine`") == "sg-quarantine"


@EVERY
def test_a_block_of_code_says_its_language(document):
    assert {block.language for block in document.blocks} <= LANGUAGES
    # Markdown takes an indented line for code, too.
    in_list = False
    for line in document.prose:
        in_list = bool(re.match(r"\s*([-*]|\d+\.) ", line)) or (in_list and (not line or line.startswith(" ")))
        assert in_list or not line.startswith("    "), line


@EVERY
def test_shell_in_a_block_is_shell(document):
    for block in document.code("sh"):
        ran = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True)
        assert ran.returncode == 0, (block.line, ran.stderr)


@EVERY
def test_python_compiles(document):
    for block in document.code("python"):
        compile(block.text, f"{document.name}:{block.line}", "exec")


@EVERY
def test_yaml_parses(document):
    for block in document.code("yaml"):
        assert isinstance(yaml.safe_load(block.text), dict), block.line


def check(text):
    return subprocess.run([binary("curfew"), "--json", "settings", "check"], input=text, capture_output=True, text=True)


def keys_of(text):
    """The keys that the functions take where this text has one that they do not."""
    error = json.loads(check(text).stdout)["error"]
    return set(re.findall(r"`([^`]+)`", error.split("expected ")[1]))


@functools.cache
def top():
    return keys_of('{"no-such-key": 1}')


def examples(document):
    """(text, value) of each example of JSON: blocks, and what stands in a sentence, with braces or as a member."""
    for block in document.code("json"):
        yield block.text, json.loads(block.text)
    for _, _, span in document.spans:
        if span.startswith(('{"', '"')) and re.match(r'\{?"[\w-]+": ', span):
            text = span if span.startswith("{") else f"{{{span}}}"
            yield text, json.loads(text)


@EVERY
def test_an_example_of_json_parses_and_one_of_settings_can_be_used(document):
    for text, value in examples(document):
        if isinstance(value, dict) and set(value) <= top():
            ran = check(text)
            assert json.loads(ran.stdout) == {"usable": True, "error": None, "warnings": []}, text
        elif "Statement" in value:
            assert value["Version"] == "2012-10-17" and all({"Sid", "Effect"} <= set(one) for one in value["Statement"])


def test_there_are_examples_of_settings():
    found = [set(value) for document in DOCUMENTS.values() for _, value in examples(document) if isinstance(value, dict)]
    assert {"exemptions"} in found and {"mode"} in found


@EVERY
def test_a_variable_of_make_is_one(document):
    for _, _, span in document.spans:
        if name := re.match(r"([A-Z][A-Z_]+)=", span):
            assert name[1] in VARIABLES, span


def test_each_variable_of_a_deployment_is_in_the_table():
    table = INFRA_PAGE.table("## Deploy", "variable")
    named = [name for row in table for name in re.findall(r"`([A-Z_]+)(?:=[^`]*)?`", row[0])]
    assert len(named) == len(set(named))
    # What is said to other commands than `make deploy` stands with these.
    others = {"FORCE", "FUNCTION", "LOGS", "RECORD", "RESOURCE", "REASON", "CLAIMED_BY", "DRY_RUN", "SINCE"}
    assert set(named) == VARIABLES - others - {"FORMAT", "OUTPUT", "VERSION", "CASES", "BASE"}
    text = "".join(document.path.read_text() for document in DOCUMENTS.values())
    assert all(f"{name}=" in text or f"`{name}`" in text for name in VARIABLES)


def test_the_readme_begins_with_the_same_functions():
    table = re.search(r"^\| function \|.*?\n\n", README.path.read_text(), re.MULTILINE | re.DOTALL)[0]
    assert tuple(re.findall(r"^\| `([a-z0-9-]+)` \|", table, re.MULTILINE)) == FUNCTIONS


def test_each_function_has_its_section():
    assert set(FUNCTIONS) <= FUNCTIONS_PAGE.anchors


def settings_table():
    """(key, default) of each setting in the table, those of sections with their section."""
    for keys, default, _ in INFRA_PAGE.table("## Settings", "key"):
        for key in re.findall(r"`([^`]+)`", keys):
            yield key, re.match(r"`([^`]+)`", default)


def test_the_table_of_settings_has_the_keys_that_the_functions_take():
    sections = {key for key in top() if "expected a JSON object" in check(json.dumps({key: 0})).stdout}
    taken = top() - sections
    for section in sections:
        taken |= {f"{section}.{key}" for key in keys_of(json.dumps({section: {"no-such-key": 1}}))}
    told = [key for key, _ in settings_table()]
    assert len(told) == len(set(told)) and set(told) == taken


@pytest.mark.parametrize(("key", "default"), [(key, default[1]) for key, default in settings_table() if default and default[1] != "mode"])
def test_a_default_of_the_table_can_be_set(key, default):
    section, _, name = key.rpartition(".")
    value = {name: json.loads(default)}
    ran = check(json.dumps({section: value} if section else value))
    assert ran.returncode == 0, ran.stderr


def test_the_kinds_of_finding_are_those_that_settings_take():
    said = re.search(r"The kinds for `s3_policy\.alert_on`: (.*?)\. ", INFRA_PAGE.section("## Settings"), re.DOTALL)[1]
    assert set(re.findall(r"`([^`]+)`", said)) == keys_of('{"s3_policy": {"alert_on": ["no-such-kind"]}}')


def test_the_table_of_exemptions_has_the_keys_that_the_functions_take():
    told = {key for row in INFRA_PAGE.table("### Exemptions", "key") for key in re.findall(r"`([^`]+)`", row[0])}
    assert told == keys_of('{"exemptions": [{"no-such-key": 1}]}')


def test_the_table_of_crates_says_what_each_depends_on():
    manifests = {path.parent.name: tomllib.loads(path.read_text()) for path in ROOT.glob("shared/*/Cargo.toml")}
    told = {row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[2])) for row in CRATES_PAGE.table("## The crates, and what each may know", "crate")}
    line = list(told).index("with an SDK")
    pure = list(told)[:line]
    del told["with an SDK"]
    assert told == {name: set(one.get("dependencies", {})) & set(manifests) for name, one in manifests.items()}
    for name in pure:
        assert not [one for one in manifests[name].get("dependencies", {}) if one.startswith(("aws", "lambda"))], name


def test_the_pages_about_outcomes_know_each():
    code = (ROOT / "shared/remediation/src/outcome.rs").read_text()
    outcomes = re.findall(r'Self::\w+ => "([a-z-]+)"', code)
    assert [row[0].strip("`") for row in FUNCTIONS_PAGE.table("### Outcomes", "outcome")] == outcomes


def test_the_pages_file_table_is_the_folder():
    told = {name for row in INFRA_PAGE.table("## Templates", "file") for name in re.findall(r"`([^`]+)`", row[0])}
    there = {path.name + "/" * path.is_dir() for path in templates.INFRA.iterdir() if path.name != "README.md"}
    assert told == there - {"__pycache__/"}


def test_saved_queries_and_the_dashboard_are_those_of_the_template():
    text = INFRA_PAGE.section("## Alarms, dashboard, queries")
    saved = [one["Properties"]["Name"] for one in templates.resources("shared").values() if one["Type"] == "AWS::Logs::QueryDefinition"]
    assert all(f"`{name.removeprefix('curfew/')}`" in text for name in saved)
