"""The matcher itself, by what EventBridge's user guide says of event patterns."""

import pytest

from harness.pattern import PatternError, matches

EVALUATIONS = {"detail": {"evaluations": [{"type": "bucket", "is": "bad"}, {"type": "group", "is": "good"}]}}


def both(kind, verdict):
    return {"detail": {"evaluations": {"type": [kind], "is": [verdict]}}}


@pytest.mark.parametrize(
    ("pattern", "event", "expected"),
    [
        ({"a": ["x"]}, {"a": "x"}, True),
        ({"a": ["x"]}, {"a": "X"}, False),
        ({"a": ["x", "y"]}, {"a": "y", "b": 1}, True),
        ({"a": ["x"]}, {"b": "x"}, False),
        ({"a": ["x"], "b": ["y"]}, {"a": "x", "b": "z"}, False),
        ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
        ({"a": {"b": ["x"]}}, {"a": "x"}, False),
        ({"a": {"b": ["x"]}}, {"a": None}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [""]}, {"a": None}, False),
        ({"a": [True]}, {"a": True}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [300]}, {"a": 300}, True),
        ({"a": ["300"]}, {"a": 300}, False),
        # A list in the event: one of its elements has to match.
        ({"a": ["x"]}, {"a": ["w", "x"]}, True),
        ({"a": ["x"]}, {"a": []}, False),
        # Lists of objects: all fields from the same element.
        (both("bucket", "bad"), EVALUATIONS, True),
        (both("group", "good"), EVALUATIONS, True),
        (both("group", "bad"), EVALUATIONS, False),
        (both("bucket", "good"), EVALUATIONS, False),
        ({"a": {"b": {"c": [1], "d": [2]}}}, {"a": [{"b": [{"c": 1}, {"d": 2}]}, {"b": [{"c": 1, "d": 2}]}]}, True),
        ({"a": {"b": {"c": [1], "d": [2]}}}, {"a": [{"b": [{"c": 1}, {"d": 2}]}, {"b": [{"c": 1, "d": 3}]}]}, False),
        ({"a": {"b": {"c": [1]}, "d": [2]}}, {"a": [{"b": [{"c": 0}, {"c": 1}], "d": 2}]}, True),
        ({"a": {"b": {"c": [1]}, "d": [2]}}, {"a": [{"b": [{"c": 1}], "d": 3}, {"b": [{"c": 0}], "d": 2}]}, False),
        # Two lists beside each other do not have to agree.
        ({"a": {"x": [1]}, "b": {"y": [2]}}, {"a": [{"x": 0}, {"x": 1}], "b": [{"y": 2}]}, True),
        ({"a": [{"exists": True}]}, {"a": None}, True),
        ({"a": [{"exists": True}]}, {"b": 1}, False),
        ({"a": [{"exists": False}]}, {"b": 1}, True),
        ({"a": [{"exists": False}]}, {"a": 1}, False),
        ({"a": {"b": [{"exists": False}]}}, {"a": [{"c": 1}]}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a": [{"b": 1}]}, False),
        ({"a": [{"exists": False}, "x"]}, {"a": "x"}, True),
        ({"a": [{"prefix": "se"}]}, {"a": "securityhub"}, True),
        ({"a": [{"prefix": "SE"}]}, {"a": "securityhub"}, False),
        ({"a": [{"prefix": {"equals-ignore-case": "SE"}}]}, {"a": "securityhub"}, True),
        ({"a": [{"suffix": ".png"}]}, {"a": "a.png"}, True),
        ({"a": [{"suffix": ".png"}]}, {"a": 7}, False),
        ({"a": [{"equals-ignore-case": "ALICE"}]}, {"a": "alice"}, True),
        ({"a": [{"wildcard": "dir/*.c*"}]}, {"a": "dir/x.cpp"}, True),
        ({"a": [{"wildcard": "dir/*.c"}]}, {"a": "dir/x.cpp"}, False),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.0.255"}, True),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "10.0.1.0"}, False),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, {"a": "no address"}, False),
        ({"a": [{"anything-but": "x"}]}, {"a": "y"}, True),
        ({"a": [{"anything-but": "x"}]}, {"a": "x"}, False),
        ({"a": [{"anything-but": "x"}]}, {"b": "y"}, False),
        ({"a": [{"anything-but": ["x", 7]}]}, {"a": 7}, False),
        ({"a": [{"anything-but": {"prefix": "in"}}]}, {"a": "init"}, False),
        ({"a": [{"anything-but": {"suffix": ["t", "g"]}}]}, {"a": "running"}, False),
        ({"a": [{"anything-but": {"suffix": ["t", "g"]}}]}, {"a": "stopped"}, True),
        ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 5}, True),
        ({"a": [{"numeric": [">", 0, "<=", 5]}]}, {"a": 0}, False),
        ({"a": [{"numeric": ["=", 5]}]}, {"a": 5.0}, True),
        ({"a": [{"numeric": ["=", 1]}]}, {"a": True}, False),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 0, "b": 2}, True),
        ({"$or": [{"a": [1]}, {"b": [2]}]}, {"a": 0, "b": 0}, False),
        ({"c": [3], "$or": [{"a": [1]}, {"b": [2]}]}, {"a": 1, "c": 0}, False),
        ({"d": {"$or": [{"a": [1]}, {"b": [2]}]}}, {"d": {"b": 2}}, True),
    ],
)
def test_a_pattern_matches_as_eventbridge_says(pattern, event, expected):
    assert matches(pattern, event) is expected


@pytest.mark.parametrize(
    "pattern",
    [{}, {"a": "x"}, {"a": []}, {"a": {}}, {"a": [{"like": "x"}]}, {"a": [{"prefix": "x", "suffix": "y"}]},
     {"a": [{"numeric": [">"]}]}, {"a": [{"numeric": ["~", 1]}]}, {"a": [{"anything-but": [True]}]},
     {"a": [{"prefix": 7}]}],
)
def test_a_pattern_that_eventbridge_refuses_is_refused(pattern):
    with pytest.raises(PatternError):
        matches(pattern, {"a": 1, "b": 2} if "numeric" in str(pattern) else {"a": "x"})
