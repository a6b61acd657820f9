"""What CloudWatch makes of lines: the fields that a query may name, and metrics."""

import re

WORDS = set("and as asc by desc display fields filter in like limit not or sort stats".split())


def fields_named(query):
    """The fields that a query names, without those that it makes itself and those that every line of a log group has."""
    plain = re.sub(r"\bSOURCE '[^']*'|\"[^\"]*\"|(?<=like )/(?:[^/\\]|\\.)*/", " ", query)
    made = set(re.findall(r"\bas (\w+)", plain))
    named = set(re.findall(r"(?<![\w.@])@?[A-Za-z_][\w.]*(?![\w.]*\()", plain))
    return {name for name in named - WORDS - made if not name.startswith("@")}


def fields_of(value, path=""):
    """The names by which Logs Insights finds the parts of a line: `changes.0.summary`."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found = {path} if path else set()
    return found.union(*(fields_of(one, f"{path}.{name}" if path else name) for name, one in members))


def metrics_of(line):
    """(name, dimensions with their values) of each metric in a line of the embedded metric format."""
    return {
        (metric["Name"], tuple((name, line[name]) for name in sorted(dimensions)))
        for directive in line["_aws"]["CloudWatchMetrics"]
        for dimensions in directive["Dimensions"]
        for metric in directive["Metrics"]
    }
