"""`make restore`: what it asks the function, and what it makes of the answer."""

import io
import json
import sys
from types import SimpleNamespace

import pytest
from harness.stack import ROOT

sys.path.insert(0, str(ROOT / "infra" / "tool"))

import restoring  # noqa: E402
from aws import Trouble  # noqa: E402

RECORD = "2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::acme"
NOBODY = {"RECORD": "", "RESOURCE": "", "REASON": "", "CLAIMED_BY": "", "DRY_RUN": "", "FORCE": ""}


class Place:
    """A Region whose function answers what a test says."""

    prefix, region = "curfew", "eu-central-1"

    def __init__(self, answer, error=None):
        self.answer, self.error, self.asked = answer, error, None

    def client(self, _service):
        return self

    def get_caller_identity(self):
        return {"Arn": "arn:aws:sts::123456789012:assumed-role/ops/ann"}

    def invoke(self, FunctionName, Qualifier, Payload):  # noqa: N803
        assert (FunctionName, Qualifier) == ("curfew-restore", "live")
        self.asked = json.loads(Payload)
        answer = {"Payload": io.BytesIO(json.dumps(self.answer).encode())}
        return answer | ({"FunctionError": self.error} if self.error else {})


class Said(list):
    def say(self, what, how):
        self.append((what, how))


def restore(place, **options):
    said = Said()
    return restoring.restore(place, SimpleNamespace(**{**NOBODY, **options}), said), said


def test_it_asks_with_the_word_of_aws_for_who_asks_and_says_what_was_done():
    place = Place({"ending": "restored", "record": RECORD, "planned": ["add it"], "changes": ["added it"], "left_alone_until": "tomorrow"})
    last, said = restore(place, RECORD=RECORD, REASON="the shop is down", FORCE="yes")
    assert place.asked == {
        "record": RECORD, "reason": "the shop is down", "claimed_by": "arn:aws:sts::123456789012:assumed-role/ops/ann",
        "dry_run": False, "force": True,
    }
    assert last == "put back, and read again; Curfew leaves it alone until tomorrow"
    assert said == [("done", "added it")]


def test_a_dry_run_says_what_would_be_done():
    place = Place({"ending": "planned", "record": RECORD, "planned": ["add it"]})
    last, said = restore(place, RESOURCE="arn:aws:s3:::acme", DRY_RUN="yes", CLAIMED_BY="ann")
    assert (place.asked["dry_run"], place.asked["claimed_by"]) == (True, "ann")
    assert last.startswith("nothing was changed") and said == [("would do", "add it")]


@pytest.mark.parametrize(
    ("answer", "named", "advice"),
    [
        ({"ending": "refused", "changed_since": ["somebody did"]}, "somebody did", "FORCE=yes"),
        ({"ending": "refused", "changed_since": ["somebody did"], "hindrances": ["a wall"]}, "a wall", "Take out of the way"),
        ({"ending": "failed", "error": "denied", "left": ["half"]}, "denied", "does what is left"),
        ({"ending": "busy", "busy_until": "noon"}, "until noon", "does what is left"),
        ({"ending": "busy"}, "at the same time", "does what is left"),
        ({"ending": "gone"}, "gone", "made anew"),
    ],
)
def test_what_is_not_put_back_is_trouble_in_words(answer, named, advice):
    with pytest.raises(Trouble) as caught:
        restore(Place({"record": RECORD, **answer}), RECORD=RECORD)
    what, _, said = str(caught.value).partition("\n  -> ")
    assert named in what and advice in said


def test_what_the_function_refuses_is_said():
    with pytest.raises(Trouble, match="no record"):
        restore(Place({"errorType": "Curfew.NoSuchRecord", "errorMessage": "there is no record"}, "Unhandled"), RECORD=RECORD)


@pytest.mark.parametrize("options", [{}, {"RECORD": RECORD, "RESOURCE": "arn"}])
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(options):
    place = Place({})
    with pytest.raises(Trouble):
        restore(place, **options)
    assert place.asked is None
