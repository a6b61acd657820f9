"""EventBridge's event patterns, as its user guide describes them.

An event is flattened to its leaves. A leaf inside an array remembers which element of which array it is in, and the
leaves that match a pattern have to agree about that: a pattern never takes one field from one element and the
other field from another. `exists: false` is about leaves anywhere in the event, as EventBridge's is.
"""

import ipaddress
import json
import operator
import re

NUMERIC = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">": operator.gt, ">=": operator.ge}


class PatternError(ValueError):
    """A pattern that EventBridge would refuse, or a matcher that is not known here."""


def matches(pattern, event):
    """Whether a rule with this pattern would pass on this event."""
    leaves = {}
    _flatten(event, (), {}, leaves)
    return any(_agree(list(fields.items()), leaves, {}) for fields in _alternatives(pattern, ()))


def _flatten(value, path, elements, leaves):
    if isinstance(value, dict):
        for key, one in value.items():
            _flatten(one, (*path, key), elements, leaves)
    elif isinstance(value, list):
        array = object()
        for index, one in enumerate(value):
            _flatten(one, path, {**elements, array: index}, leaves)
    else:
        leaves.setdefault(path, []).append((value, elements))


def _alternatives(pattern, path):
    """The pattern as a list of {path: matchers}, one of which has to match: more than one where it has `$or`."""
    if not isinstance(pattern, dict) or not pattern:
        raise PatternError(f"{'.'.join(path) or 'the pattern'} must be an object with members, or a list of matchers")
    combined = [{}]
    for key, inner in pattern.items():
        if key == "$or" and isinstance(inner, list) and len(inner) > 1 and all(isinstance(o, dict) for o in inner):
            options = [option for one in inner for option in _alternatives(one, path)]
        elif isinstance(inner, list):
            if not inner:
                raise PatternError(f"{'.'.join((*path, key))} must not be empty")
            options = [{(*path, key): inner}]
        else:
            options = _alternatives(inner, (*path, key))
        combined = [{**one, **option} for one in combined for option in options]
    return combined


def _agree(fields, leaves, elements):
    """Whether leaves can be found for all fields that are in the same elements of the arrays they share."""
    if not fields:
        return True
    (path, matchers), *rest = fields
    found = leaves.get(path, [])
    if not found and any(_is_absence(one) for one in matchers):
        return _agree(rest, leaves, elements)
    for value, its_elements in found:
        if any(elements.get(array, index) != index for array, index in its_elements.items()):
            continue
        if any(_value_matches(one, value) for one in matchers) and _agree(rest, leaves, {**elements, **its_elements}):
            return True
    return False


def _is_absence(matcher):
    return isinstance(matcher, dict) and matcher.get("exists") is False


def _same(a, b):
    """Equality as EventBridge has it: of the JSON text, so that 300 is not 300.0 and true is not 1."""
    return json.dumps(a) == json.dumps(b)


def _value_matches(matcher, value):
    if not isinstance(matcher, dict):
        return _same(matcher, value)
    if len(matcher) != 1:
        raise PatternError(f"a matcher has one name: {json.dumps(matcher)}")
    ((kind, operand),) = matcher.items()
    if kind == "exists":
        return operand is True
    if kind == "numeric":
        return _is_number(value) and _numeric(operand, value)
    if kind == "anything-but":
        return not any(_excluded(one, value) for one in (operand if isinstance(operand, list) else [operand]))
    if kind in ("prefix", "suffix", "equals-ignore-case", "wildcard", "cidr"):
        return isinstance(value, str) and _text_matches(kind, operand, value)
    raise PatternError(f"no such matcher: {json.dumps(kind)}")


def _excluded(one, value):
    if isinstance(one, dict):
        ((kind, operands),) = one.items()
        operands = operands if isinstance(operands, list) else [operands]
        return isinstance(value, str) and any(_text_matches(kind, operand, value) for operand in operands)
    if isinstance(one, bool) or one is None:
        raise PatternError("anything-but takes strings and numbers")
    return _same(one, value)


def _text_matches(kind, operand, value):
    if isinstance(operand, dict) and kind in ("prefix", "suffix"):
        operand, value = operand["equals-ignore-case"].lower(), value.lower()
    if not isinstance(operand, str):
        raise PatternError(f"{kind} takes a string: {json.dumps(operand)}")
    if kind == "prefix":
        return value.startswith(operand)
    if kind == "suffix":
        return value.endswith(operand)
    if kind == "equals-ignore-case":
        return value.lower() == operand.lower()
    if kind == "wildcard":
        return re.fullmatch(".*".join(re.escape(part) for part in operand.split("*")), value, re.DOTALL) is not None
    if kind == "cidr":
        try:
            return ipaddress.ip_address(value) in ipaddress.ip_network(operand)
        except ValueError:
            return False
    raise PatternError(f"no such matcher: {json.dumps(kind)}")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numeric(operand, value):
    if not operand or len(operand) % 2 or any(name not in NUMERIC for name in operand[::2]):
        raise PatternError(f"numeric takes pairs of a comparison and a number: {json.dumps(operand)}")
    return all(NUMERIC[name](value, bound) for name, bound in zip(operand[::2], operand[1::2], strict=True))
