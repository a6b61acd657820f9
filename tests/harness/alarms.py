"""What CloudWatch makes of an alarm's own definition and a series of points, by its user guide:

- Points come into periods by their time, and may come late: an evaluation sees those that have come by then.
- It is made each period, over the last `EvaluationPeriods` whole periods.
- In a metric expression a period without a point has no value; `FILL(m1, 0)` gives it one. `+` has a value where both have.
- `DatapointsToAlarm` of those that breach make ALARM. Where too few periods have a value to decide, `TreatMissingData` does.

An alarm that looks at a metric itself, without an expression, is judged by the newest points that are there, however old,
and missing data is asked about only where there are none.
"""

import operator
import re
from dataclasses import dataclass

COMPARISONS = {
    "GreaterThanThreshold": operator.gt, "GreaterThanOrEqualToThreshold": operator.ge,
    "LessThanThreshold": operator.lt, "LessThanOrEqualToThreshold": operator.le,
}
STATISTICS = {"Sum": sum, "Maximum": max, "Minimum": min}
# How much further back CloudWatch looks for points of a metric than the periods that it evaluates.
REACH = 3


@dataclass(frozen=True)
class Point:
    """A value at a minute, which CloudWatch has `late` minutes after it."""

    minute: int
    value: float
    late: int = 0


def states(alarm, points, minutes):
    """The alarm's state after each minute, from OK on. `points` has a list of points by metric id, `value` without one."""
    state, found = "OK", []
    for now in range(minutes):
        state = _state(alarm, points, now, state)
        found.append(state)
    return found


def mails(alarm, points, minutes):
    """The minutes in which the alarm acts: when its state becomes ALARM."""
    found = states(alarm, points, minutes)
    return [now for now, (before, state) in enumerate(zip(["OK", *found], found, strict=False)) if state == "ALARM" != before]


def _state(alarm, points, now, before):
    periods = alarm["EvaluationPeriods"]
    wanted = alarm.get("DatapointsToAlarm", periods)
    if "Metrics" in alarm:
        values = _expression(alarm["Metrics"], points, range(now - periods + 1, now + 1), now)
    else:
        assert alarm["Period"] == 60
        reached = _metric(alarm["Statistic"], points["value"], range(now - periods + 1 - REACH, now + 1), now)
        values = [value for value in reached if value is not None][-periods:]
    breaches = COMPARISONS[alarm["ComparisonOperator"]]
    there = [value for value in values if value is not None]
    breaching = sum(breaches(value, float(alarm["Threshold"])) for value in there)
    missing = periods - len(there)
    if breaching >= wanted:
        return "ALARM"
    if not there or breaching + missing >= wanted > breaching and missing:
        return {"breaching": "ALARM", "notBreaching": "OK", "ignore": before}.get(alarm.get("TreatMissingData"), "INSUFFICIENT_DATA" if not there else "OK")
    return "OK"


def _metric(statistic, points, periods, now):
    """A value a period, or None: of the points that have come by now."""
    series = []
    for period in periods:
        values = [point.value for point in points if point.minute == period and point.minute + point.late <= now]
        series.append(STATISTICS[statistic](values) if values else None)
    return series


def _expression(metrics, points, periods, now):
    series = {}
    for one in metrics:
        if "MetricStat" in one:
            assert one["MetricStat"]["Period"] == 60 and one["ReturnData"] is False, one
            series[one["Id"]] = _metric(one["MetricStat"]["Stat"], points[one["Id"]], periods, now)
    [returned] = [one for one in metrics if one.get("ReturnData", True)]
    terms = [_term(term.strip(), series) for term in returned["Expression"].split("+")]
    return [None if None in values else sum(values) for values in zip(*terms, strict=True)]


def _term(text, series):
    if filled := re.fullmatch(r"FILL\((\w+), (\d+)\)", text):
        return [float(filled[2]) if value is None else value for value in series[filled[1]]]
    return series[text]
