"""Each control, in each style and mode."""

from dataclasses import dataclass

from places import Bucket, Interfaces, Policy, PrivateBucket, Rules


@dataclass(frozen=True, eq=False)
class Scenario:
    """A control at work on one place."""

    name: str
    function: str
    settings: dict
    place: type
    outcomes: tuple

    @property
    def is_enforced(self):
        return self.settings["mode"] == "enforce"


def scenario(name, function, place, mode, **settings):
    changes = place is not Policy
    closed = ("remediated", "closed-meanwhile") if mode == "enforce" else ("observed",)
    outcomes = closed if changes else ("alerted",)
    return Scenario(f"{name} {mode}", function, {"mode": mode, **settings}, place, outcomes)


STYLES = (
    ("s3-acl grants", "s3-acl-private", Bucket, {}),
    ("s3-acl private", "s3-acl-private", PrivateBucket, {"s3_acl": {"style": "private"}}),
    ("s3-acl block", "s3-acl-private", Bucket, {"s3_acl": {"block_public_acls": True}}),
    ("s3-policy", "s3-policy-alert", Policy, {}),
    ("sg revoke", "sg-quarantine", Rules, {}),
    ("sg isolate", "sg-quarantine", Interfaces, {"sg": {"quarantine": "isolate"}}),
)

SCENARIOS = tuple(
    scenario(name, function, place, mode, **settings)
    for name, function, place, settings in STYLES for mode in ("enforce", "observe")
)

# The same without those that differ in nothing but what is closed how, where nothing is closed.
DISTINCT = tuple(one for one in SCENARIOS if one.is_enforced or one.name not in ("s3-acl private observe", "s3-acl block observe"))
