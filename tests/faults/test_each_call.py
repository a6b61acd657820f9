"""Whatever goes wrong with whichever call: the next deliveries see the work to its end, once."""

from concurrent.futures import ThreadPoolExecutor

import check
from kinds import FAULTS, faults_of
from scenarios import SCENARIOS

# They mostly wait.
AT_ONCE = 3
# A machine that is busy may end a process before the call that is meant.
TRIES = 3


def pytest_generate_tests(metafunc):
    metafunc.parametrize("scenario", SCENARIOS, ids=[one.name.replace(" ", "-") for one in SCENARIOS])
    if "fault" in metafunc.fixturenames:
        every = metafunc.config.getoption("every")
        names = [fault.name for fault in FAULTS] if every else ["one each"]
        metafunc.parametrize("fault", FAULTS if every else [None], ids=[name.replace(" ", "-") for name in names])


def targets(ended):
    """The calls of the first delivery, in an order that is the same each time."""
    return sorted(ended.wire.order)


def chosen(scenario, ended, fault):
    """The cases of a test: one fault at each call that it can happen to, or each call with another fault."""
    if fault:
        return [(target, fault) for target in targets(ended) if fault in faults_of(target[0])]
    first = SCENARIOS.index(scenario)
    return [
        (target, faults_of(target[0])[(first + number) % len(faults_of(target[0]))]) for number, target in enumerate(targets(ended))
    ]


def test_the_record_the_change_and_the_mail_are_each_there_once(scenario, fault, clean, emulator, topic, record_property):
    without = clean(scenario)

    def case(target, what):
        for _ in range(TRIES):
            try:
                ended = check.run(scenario, emulator, topic, what, target)
                mails = check.check(scenario, ended, without)
                return "ok" if mails == 1 else "two"
            except check.NotHit:
                continue
        raise AssertionError("the call did not come")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [(target, what, pool.submit(case, target, what)) for target, what in chosen(scenario, without, fault)]
    wrong = []
    for (action, number), what, future in running:
        error = future.exception()
        verdict = "WRONG" if error else future.result()
        record_property("case", (scenario.name, f"{action} {number}", what.name, verdict))
        if error:
            wrong.append(f"{what.name} at {action} {number}: {type(error).__name__} {str(error).partition(chr(10))[0]}")
    assert not wrong, "\n".join(wrong)


def test_a_first_delivery_asks_the_ledger_twice(scenario, clean):
    """Once before the change or the mail, once after; and the later deliveries of a subject that is closed read it once. Who
    isolates takes turns besides."""
    calls = [effect.call for effect in clean(scenario).wire.effects if effect.delivery == 1 and effect.call.is_of_ledger]
    turn = ["UpdateItem", "UpdateItem"] if scenario.name == "sg isolate enforce" else []
    assert [call.operation for call in calls] == ["TransactWriteItems", *turn, "TransactWriteItems"]
    assert not any(item.get("lease_until") for item in clean(scenario).items[0])
