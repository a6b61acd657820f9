"""The alarms, evaluated over series of points by CloudWatch's rules: they ring, they end, they ring again."""

import pytest

from harness import templates
from harness.alarms import Point, mails, states
from harness.functions import FUNCTIONS

ALARMS = [(function, name) for function in FUNCTIONS for name in templates.alarms_of(function)]


def ids(alarm):
    return [one["Id"] for one in alarm["Metrics"] if "MetricStat" in one]


def series(alarm, *points):
    """The points as the first metric's, with nothing of the others."""
    first, *others = ids(alarm)
    return {first: list(points), **{one: [] for one in others}}


def over(alarm):
    return float(alarm["Threshold"]) + 1


@pytest.mark.parametrize(("function", "name"), ALARMS)
def test_an_alarm_rings_at_once_and_ends_within_three_minutes(function, name):
    alarm = templates.alarms_of(function)[name]
    found = states(alarm, series(alarm, Point(5, over(alarm))), 20)
    assert found[:5] == ["OK"] * 5 and found[5] == "ALARM"
    assert set(found[8:]) == {"OK"}


@pytest.mark.parametrize(("function", "name"), ALARMS)
@pytest.mark.parametrize("late", [0, 1, 2])
def test_each_of_two_errors_a_quarter_of_an_hour_apart_is_mailed_also_where_points_come_late(function, name, late):
    alarm = templates.alarms_of(function)[name]
    points = [Point(5, over(alarm), late), Point(20, over(alarm), late)]
    assert mails(alarm, series(alarm, *points), 40) == [5 + late, 20 + late]


@pytest.mark.parametrize(("function", "name"), ALARMS)
def test_what_goes_on_is_one_alarm_and_what_is_right_none(function, name):
    alarm = templates.alarms_of(function)[name]
    assert mails(alarm, series(alarm, *(Point(minute, over(alarm)) for minute in range(5, 30))), 40) == [5]
    assert mails(alarm, series(alarm, *(Point(minute, float(alarm["Threshold"])) for minute in range(30))), 40) == []
    assert mails(alarm, series(alarm), 40) == []


@pytest.mark.parametrize(("function", "name"), ALARMS)
def test_each_metric_of_an_alarm_makes_it_ring(function, name):
    alarm = templates.alarms_of(function)[name]
    for one in ids(alarm):
        points = {other: [] for other in ids(alarm)} | {one: [Point(5, over(alarm))]}
        assert mails(alarm, points, 20) == [5]


BY_METRIC = {
    "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0,
    "ComparisonOperator": "GreaterThanThreshold", "TreatMissingData": "notBreaching",
}


def test_the_evaluator_knows_what_is_wrong_with_an_alarm_on_the_metric_itself():
    """It is judged by the newest point, and so rings on when nothing happens; one that is late is missed by M = N = 1."""
    assert states(BY_METRIC, {"value": [Point(5, 1)]}, 9)[5:9] == ["ALARM"] * 4
    filled = {**BY_METRIC, "Metrics": [
        {"Id": "filled", "Expression": "FILL(m1, 0)"},
        {"Id": "m1", "ReturnData": False, "MetricStat": {"Stat": "Sum", "Period": 60}},
    ]}
    assert mails(filled, {"m1": [Point(5, 1)]}, 20) == [5]
    assert mails(filled, {"m1": [Point(5, 1, late=2)]}, 20) == []
    assert mails({**filled, "EvaluationPeriods": 3, "DatapointsToAlarm": 1}, {"m1": [Point(5, 1, late=2)]}, 20) == [7]
    assert mails({**filled, "EvaluationPeriods": 3, "DatapointsToAlarm": 2}, {"m1": [Point(5, 1)]}, 20) == []


@pytest.mark.parametrize(("treat", "state"), [("missing", "INSUFFICIENT_DATA"), ("breaching", "ALARM"), ("notBreaching", "OK"), ("ignore", "OK")])
def test_the_evaluator_asks_about_missing_data_only_where_there_is_none(treat, state):
    alarm = {**BY_METRIC, "TreatMissingData": treat}
    assert states(alarm, {"value": []}, 3)[-1] == state
    assert states(alarm, {"value": [Point(1, 0)]}, 3)[-1] == "OK"
