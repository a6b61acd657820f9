"""Each role allows what its function calls, and nothing that it never calls; runs after all others."""

import pytest
from harness import roles
from harness.functions import FUNCTIONS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_role_allows_exactly_what_all_tests_together_made_its_function_call(name, used_actions):
    not_allowed, not_used = roles.differences(name, used_actions[name])
    assert (not_allowed, not_used) == ([], [])
