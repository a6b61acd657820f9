"""What tests of deployments have in common: what is deployed, what a command said, what is there."""

from harness.functions import FUNCTIONS
from harness.stack import ACCOUNT

FIRST = ("--EMAIL", "ops@example.com", "--MODE", "enforce")
# A stack for each function, and what is shared, kept and AWS Config's.
STACKS = 3 + len(FUNCTIONS)
RESOURCES = STACKS + len(FUNCTIONS)
WHERE = ("--ACCOUNT", ACCOUNT)


def another_version(deployment):
    for name in FUNCTIONS:
        with (deployment.lambda_dir / name / "bootstrap").open("ab") as binary:
            binary.write(b"another version")


def done(run, how, number):
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{number} {how}" in run.stdout, run.stdout
    return run


def refused(run, *words):
    """A command that failed in words, and says what to do."""
    told = run.stdout + run.stderr
    assert run.returncode == 1, told
    assert "Traceback" not in told, told
    for word in (*words, "->"):
        assert word in told, told
    return told


def stacks(deployment):
    found = deployment.emulator.client("cloudformation").describe_stacks()["Stacks"]
    return {one["StackName"] for one in found}


def functions(deployment):
    """What handles events: the versions that the aliases point at."""
    client = deployment.emulator.client("lambda")
    names = [one["FunctionName"] for one in client.list_functions()["Functions"]]
    return {name: client.get_function_configuration(FunctionName=name, Qualifier="live") for name in names}


def versions(deployment):
    return {name: one["Version"] for name, one in functions(deployment).items()}


def values_of(deployment, stack):
    [stack] = deployment.emulator.client("cloudformation").describe_stacks(StackName=f"curfew-{stack}")["Stacks"]
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}


def mapping_states(deployment):
    found = deployment.emulator.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    return [one["State"] for one in found]


def parameter(deployment):
    return deployment.emulator.client("ssm").get_parameter(Name="/curfew/settings")["Parameter"]["Value"]
