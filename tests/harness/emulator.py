"""moto's server, with what it lacks of AWS: an alias that a stack makes, versions that it replaces, log groups of functions,
termination protection that can be taken away, policies that a role lists and that go before it, a key's policy as text, versions that
really run when they are asked, groups by the lists that they name, ACLs without a grant or with two to one group, and items that two
requests do not change at the same time. Templates are read by libyaml, which takes a fifth of the time.

Called with moto's own arguments.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import threading
import zipfile
from functools import cache
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1]))

from harness.runtime import PlainRuntime  # noqa: E402
from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaVersion  # noqa: E402
from moto.awslambda.utils import get_backend  # noqa: E402
from moto.cloudformation import parsing  # noqa: E402
from moto.cloudformation.models import StackInstances, cloudformation_backends  # noqa: E402
from moto.cloudformation.responses import CloudFormationResponse  # noqa: E402
from moto.cloudformation.utils import yaml_tag_constructor  # noqa: E402
from moto.events.models import Rule
from moto.core.common_models import BaseModel, CloudFormationModel  # noqa: E402
from moto.core.responses import ActionResult  # noqa: E402
from moto.dynamodb.models.table import Table  # noqa: E402
from moto.dynamodb.responses import DynamoHandler  # noqa: E402
from moto.ec2.models.security_groups import SecurityGroup  # noqa: E402
from moto.ec2.responses import EC2Response  # noqa: E402
from moto.iam.models import Role, iam_backends  # noqa: E402
from moto.kms.models import KmsBackend  # noqa: E402
from moto.moto_server.werkzeug_app import DomainDispatcherApplication  # noqa: E402
from moto.s3.models import FakeAcl, FakeGrant  # noqa: E402
from moto.s3.responses import S3Response  # noqa: E402
from moto.server import main  # noqa: E402
from moto.ssm.models import ssm_backends  # noqa: E402

send_to_targets, delete_instances = Rule.send_to_targets, StackInstances.delete
create_role, acl_from_body = Role.create_from_cloudformation_json, S3Response._acl_from_body
delete_role, validate = Role.delete_from_cloudformation_json, CloudFormationResponse._validate_different_update
clean_json = parsing.clean_json
update_resource, store_value, map_queue = parsing.parse_and_update_resource, parsing.ResourceMap.parse_ssm_parameter, LambdaBackend.create_event_source_mapping
create_function, build_diff = LambdaFunction.create_from_cloudformation_json, parsing.ResourceMap.build_resource_diff
create_key, init, configuration, update = (
    KmsBackend.create_key, LambdaFunction.__init__, LambdaFunction.get_configuration, LambdaFunction.update_configuration,
)


def create_key_with_text(self, policy, *args, **kwargs):
    return create_key(self, json.dumps(policy) if isinstance(policy, dict) else policy, *args, **kwargs)


class Alias(CloudFormationModel):
    """AWS::Lambda::Alias, which moto has for its API alone. moto files its models by their module."""

    __module__ = LambdaFunction.__module__

    def __init__(self, arn):
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_type():
        return "AWS::Lambda::Alias"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        said = cloudformation_json["Properties"]
        backend = get_backend(account_id, region_name)
        return cls(backend.create_alias(said["Name"], said["FunctionName"], str(said["FunctionVersion"]), "", None).arn)

    @classmethod
    def update_from_cloudformation_json(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
        said = cloudformation_json["Properties"]
        get_backend(account_id, region_name).update_alias(said["Name"], said["FunctionName"], str(said["FunctionVersion"]), "", None)
        return original_resource


def another_version(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """A version with another description is another version; the one before stays, as UpdateReplacePolicy says."""
    assert cloudformation_json["UpdateReplacePolicy"] == "Retain"
    return cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)


def diff_with_what_follows(self, template, parameters=None):
    """What is made of a changed value in text changes too, and an alias follows the version whose number it has. All in the
    template's order, which is that of what depends on what."""
    found, resources = build_diff(self, template, parameters), template["Resources"]
    changed = [f"${{{name}}}" for name, value in (parameters or {}).items() if self.input_parameters.get(name) != value]
    made_of_them = [name for name, one in resources.items() if any(value in json.dumps(one) for value in changed)]
    found["Modify"] += [name for name in made_of_them if name not in found["Add"]]
    aliases = {name: one for name, one in resources.items() if one["Type"] == Alias.cloudformation_type()}
    follow = {name for name, one in aliases.items() if one["Properties"]["FunctionVersion"]["Fn::GetAtt"][0] in found["Modify"]}
    return found | {"Modify": [name for name in resources if name in follow or name in found["Modify"]]}


def init_with_logging(self, account_id, spec, *args, **kwargs):
    init(self, account_id, spec, *args, **kwargs)
    self.logging = spec.get("LoggingConfig") or {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}


def create_with_logging(resource_name, cloudformation_json, *args, **kwargs):
    function = create_function(resource_name, cloudformation_json, *args, **kwargs)
    function.logging = cloudformation_json["Properties"]["LoggingConfig"]
    return function


def configuration_with_logging(self, *args, **kwargs):
    return configuration(self, *args, **kwargs) | {"LoggingConfig": self.logging}


def update_with_logging(self, updates):
    self.logging = updates.get("LoggingConfig", self.logging)
    return update(self, updates)


def run(self, event):
    """Runs the version's own binary, as Lambda does, and returns (answer, whether it failed, log)."""
    runtime = PlainRuntime()
    with tempfile.TemporaryDirectory() as place:
        bootstrap = Path(zipfile.ZipFile(io.BytesIO(self.code_bytes)).extract("bootstrap", place))
        bootstrap.chmod(0o755)
        environment = {
            **{name: os.environ[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")},
            **self.environment_vars, "AWS_REGION": self.region, "AWS_LAMBDA_FUNCTION_NAME": self.function_name,
            "AWS_LAMBDA_FUNCTION_VERSION": str(self.version), "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(self.memory_size),
            "AWS_LAMBDA_RUNTIME_API": runtime.address("").removeprefix("http://"),
        }
        process = subprocess.Popen([bootstrap], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        log = []
        reader = threading.Thread(target=lambda: log.extend(process.stdout), daemon=True)
        # One that ends without an answer has failed.
        waiter = threading.Thread(target=lambda: (process.wait(), runtime.give_up({"errorType": "Runtime.ExitError"})), daemon=True)
        reader.start(), waiter.start()
        failed, answer = runtime.invoke("", event)
        process.kill()
        waiter.join(), reader.join()
        runtime.close()
    return json.dumps(answer), failed, "".join(log)


def create_role_with_policies(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
    """A role has the policies that it lists, but for those of AWS, which are not there."""
    role, backend = create_role(resource_name, cloudformation_json, account_id, region_name, **kwargs), iam_backends[account_id]["aws"]
    for arn in cloudformation_json["Properties"].get("ManagedPolicyArns", []):
        if arn in backend.managed_policies:
            backend.attach_role_policy(arn, role.name)
    return role


def delete_role_last(resource_name, cloudformation_json, account_id, region_name):
    """A stack's policies go before the role that they are attached to."""
    backend = iam_backends[account_id]["aws"]
    for role in [one for one in backend.roles.values() if one.name == resource_name]:
        for policy in list(role.managed_policies.values()):
            policy.detach_from(role)
    delete_role(resource_name, cloudformation_json, account_id, region_name)


def validate_with_parameters(self, incoming, body, stack):
    """Compares numbers with numbers, and where a parameter names one of Parameter Store's, its value with the value."""
    store = ssm_backends[self.current_account][self.region]
    declared = stack.template_dict["Parameters"]

    def compared(one):
        kind = declared.get(one["ParameterKey"], {}).get("Type", "")
        if "ParameterValue" not in one or not (kind == "Number" or kind.startswith("AWS::SSM")):
            return one
        value = int(one["ParameterValue"]) if kind == "Number" else store.get_parameter(one["ParameterValue"]).value
        return {**one, "ParameterValue": value}

    validate(self, [compared(one) for one in incoming], body, stack)


def update_what_is_wanted(logical_id, resource, resources, **where):
    """What a condition leaves out is not updated."""
    condition = resource.get("Condition")
    if condition and not resources.lazy_condition_map[condition]:
        return resources._parsed_resources.get(logical_id)
    return update_resource(logical_id, resource, resources, **where)


def without_what_is_left_out(value, resources):
    """What a condition leaves out of a list is not in it."""
    found = clean_json(value, resources)
    return [one for one in found if one is not None] if isinstance(found, list) else found


def value_of_a_parameter_that_is_there(self, value, kind):
    """A default that is not used may name a parameter that is not there."""
    found = ssm_backends[self._account_id][self._region_name].get_parameter(value)
    return store_value(self, value, kind) if found else None


def map_alias(self, spec):
    """The mapping of an alias stays the alias's, whatever version that points at."""
    name, mapping = spec["FunctionName"], map_queue(self, spec)
    mapping.function_arn = name if name.startswith("arn:") else mapping.function_arn
    return mapping


def one_at_a_time(call):
    """A transaction that fails puts whole tables back to what they were: nobody else may have written them meanwhile.
    What EC2 lists must not change while it is listed, nor what CloudFormation makes while it makes another stack."""
    lock = threading.Lock()

    def locked(*args, **kwargs):
        with lock:
            return call(*args, **kwargs)

    return locked


def send_what_matches(self, *args, **kwargs):
    """A schedule is woken by its time alone."""
    if not self.scheduled_expression:
        send_to_targets(self, *args, **kwargs)


def delete_instances_of_units(self, accounts, regions):
    """Those of an organizational unit are named by the unit, not by their accounts."""
    delete_instances(self, accounts or [one.account_id for one in self.stack_instances], regions)


def names_list(self, values):
    """Whether an inbound rule names one of these lists."""
    return any(rule.prefix_list_id in values for rule in self.ingress_rules)


def grants_one_by_one(self, grants=None):
    """moto tells the first permission to the first grantee of each grant, and `public-read-write` has two in one."""
    each = [(grant, grantee) for grant in grants or [] for grantee in grant.grantees]
    self.grants = [FakeGrant([grantee], [permission]) for grant, grantee in each for permission in grant.permissions]


def update_termination_protection(self):
    stack = cloudformation_backends[self.current_account][self.region].get_stack(self._get_param("StackName"))
    stack.enable_termination_protection = self._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


if __name__ == "__main__":
    # moto keeps whatever it has ever made, for a page that nobody reads here: each transaction, a copy of its whole table.
    BaseModel.__new__ = lambda cls, *_, **__: super(BaseModel, cls).__new__(cls)
    # For each request it would look through the folder of its services.
    DomainDispatcherApplication.get_backend_for_host = cache(DomainDispatcherApplication.get_backend_for_host)
    Rule.send_to_targets, StackInstances.delete = send_what_matches, delete_instances_of_units
    yaml.CLoader.add_multi_constructor("", yaml_tag_constructor)
    yaml.Loader = yaml.CLoader
    KmsBackend.create_key = create_key_with_text
    LambdaFunction.__init__, LambdaFunction.get_configuration = init_with_logging, configuration_with_logging
    LambdaFunction.update_configuration, LambdaFunction._invoke_lambda = update_with_logging, run
    parsing.clean_json = without_what_is_left_out
    parsing.parse_and_update_resource = update_what_is_wanted
    parsing.ResourceMap.parse_ssm_parameter = value_of_a_parameter_that_is_there
    LambdaBackend.create_event_source_mapping = map_alias
    LambdaFunction.create_from_cloudformation_json = create_with_logging
    LambdaVersion.update_from_cloudformation_json = classmethod(another_version)
    parsing.ResourceMap.build_resource_diff = diff_with_what_follows
    LambdaVersion.get_cfn_attribute = lambda self, _: self.version
    LambdaVersion.physical_resource_id = property(lambda self: f"version {self.version}", lambda *_: None)
    # What a mapping does, the tests do themselves, to see it: see Mapping in deployed.py.
    LambdaBackend.send_sqs_batch = lambda *_: False
    Role.create_from_cloudformation_json = classmethod(create_role_with_policies)
    Role.delete_from_cloudformation_json = delete_role_last
    # The one table of the templates is kept, which moto does not know; its deletion is refused.
    Table.delete = lambda *_: None
    DynamoHandler.call_action = one_at_a_time(DynamoHandler.call_action)
    SecurityGroup.filter_ip_permission__prefix_list_id = names_list
    FakeAcl.__init__ = grants_one_by_one
    # Where the last grant is taken away, moto keeps no ACL, and fails to tell it.
    S3Response._acl_from_body = lambda self: acl_from_body(self) or FakeAcl()
    EC2Response.call_action = one_at_a_time(EC2Response.call_action)
    CloudFormationResponse.call_action = one_at_a_time(CloudFormationResponse.call_action)
    CloudFormationResponse._validate_different_update = validate_with_parameters
    CloudFormationResponse.update_termination_protection = update_termination_protection
    main()
