"""What all tests together saw, against what the templates say of it; runs after all others."""

import pytest
from harness import roles, templates
from harness.functions import FUNCTIONS
from harness.insights import fields_named


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_what_all_tests_together_made_its_function_call(name, seen):
    not_allowed, not_used = roles.differences(name, seen.actions[name])
    assert (not_allowed, not_used) == ([], [])


@pytest.mark.parametrize("query", templates.queries().values(), ids=templates.queries())
def test_a_query_names_only_what_log_lines_have(query, seen):
    assert fields_named(query) - seen.fields == set()


def test_alarms_and_dashboard_name_the_metrics_that_the_functions_count(seen):
    # Counted where settings cannot be read again, which is tried after five minutes.
    late = {("SettingsNotRead", ("control",))}
    assert templates.metrics("Curfew") == seen.metrics | late
