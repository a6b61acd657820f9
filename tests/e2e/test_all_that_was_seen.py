"""What all tests together saw, against what the templates say of it; runs after all others."""

import re

import pytest
from harness import roles, templates
from harness.documents import DOCUMENTS
from harness.functions import FUNCTIONS, ROWS
from harness.insights import fields_named


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_what_all_tests_together_made_its_function_call(name, seen):
    not_allowed, not_used = roles.differences(name, seen.actions[name])
    assert (not_allowed, not_used) == ([], [])


@pytest.mark.parametrize("query", templates.queries().values(), ids=templates.queries())
def test_a_query_names_only_what_log_lines_have(query, seen):
    assert fields_named(query) - seen.fields == set()


# Counted where settings cannot be read again, which is tried after five minutes: a unit test of `telemetry` sees it.
LATE = {name: ("SettingsNotRead", (("control", row.control),)) for name, row in ROWS.items()}


@pytest.mark.parametrize(("alarm", "metric", "dimensions"), sorted(templates.alarms("Curfew")), ids=str)
def test_an_alarm_watches_a_metric_that_its_function_counts_with_exactly_its_dimensions(seen, alarm, metric, dimensions):
    own = [name for name in FUNCTIONS if alarm.startswith(f"curfew-{name}-")]
    counted = set().union(*(seen.metrics[name] | {LATE[name]} for name in own or FUNCTIONS))
    assert (metric, dimensions) in counted


def test_the_dashboard_shows_what_is_counted_and_nothing_else(seen):
    counted = set().union(*seen.metrics.values())
    assert set(templates.shown("Curfew")) - counted == set()
    by_names = {(metric, tuple(name for name, _ in dimensions)) for metric, dimensions in counted}
    assert set(templates.searched("Curfew")) - by_names == set()


def test_what_is_counted_is_watched_or_shown(seen):
    watched = {(metric, dimensions) for _, metric, dimensions in templates.alarms("Curfew")} | set(templates.shown("Curfew"))
    names = {(metric, tuple(name for name, _ in dimensions)) for metric, dimensions in watched} | set(templates.searched("Curfew"))
    counted = set().union(*seen.metrics.values(), LATE.values())
    assert {(metric, tuple(name for name, _ in dimensions)) for metric, dimensions in counted} == names


def named(row):
    return re.findall(r"`([^`]+)`", row[0])


def test_each_field_of_a_line_is_in_the_table_of_fields(seen):
    told = [name for row in DOCUMENTS["functions/README.md"].table("## Logs", "field") for name in named(row)]
    assert len(told) == len(set(told))
    assert {field.split(".")[0] for field in seen.fields} - set(told) == set()


def test_each_metric_is_in_the_table_of_metrics_with_its_dimensions(seen):
    told = {
        (name, tuple(sorted(re.findall(r"`([^`]+)`", row[1]))))
        for row in DOCUMENTS["functions/README.md"].table("## Metrics", "metric") for name in named(row)
    }
    counted = set().union(*seen.metrics.values(), LATE.values())
    assert {(metric, tuple(name for name, _ in dimensions)) for metric, dimensions in counted} == told
