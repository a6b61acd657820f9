"""One Region after the other, and a table at the end."""

import traceback

from trouble import Trouble


def each(regions, work, options):
    """Does the work in each Region; one that fails does not keep the others waiting. Returns the exit status.

    `work` takes the Region and the options, and returns what it did as a dictionary of step to words.
    """
    results = [(region, *attempt(region, work, options)) for region in regions]
    print()
    for region, steps, failure in results:
        print(f"  {region:<16}" + (f"FAILED: {failure.what.splitlines()[0]}" if failure else in_short(steps)))
    return 1 if any(failure for _, _, failure in results) else 0


def attempt(region, work, options):
    try:
        return work(region, options), None
    except Trouble as trouble:
        print(f"{region}  {trouble}", flush=True)
        return {}, trouble
    except Exception as error:
        # A defect of the tool's own must not end the other Regions.
        traceback.print_exc()
        return {}, Trouble(f"unexpected {type(error).__name__}: {error}", "See above.")


def in_short(steps):
    """How often each thing was done, and what `mails` says."""
    counted = {}
    for step, how in steps.items():
        if step != "mails":
            counted[how] = counted.get(how, 0) + 1
    text = ", ".join(f"{number} {how}" for how, number in counted.items())
    return f"{text}; mails: {steps['mails']}" if "mails" in steps else text


def progress(region):
    """Prints each step with how it ended, and hands that on."""

    def say(what, how):
        print(f"{region}  {what:<28}{how}", flush=True)
        return how

    return say
