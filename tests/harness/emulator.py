"""moto's server, with what its CloudFormation forgets: a stack that a change set makes has outputs and exports too, and
a key's policy is text once KMS has it. Templates are read by libyaml, which takes a fifth of the time.

Called with moto's own arguments.
"""

import json

import yaml
from moto.cloudformation.models import ChangeSet, cloudformation_backends
from moto.cloudformation.utils import yaml_tag_constructor
from moto.kms.models import KmsBackend
from moto.server import main

apply, create_key = ChangeSet.apply, KmsBackend.create_key


def apply_whole(self):
    apply(self)
    stack = self.stack
    stack.template, stack.template_dict = self.template, self.template_dict
    stack.parameters = {**(stack.parameters or {}), **self.parameters}
    stack.output_map = stack._create_output_map()
    exports = cloudformation_backends[stack.account_id][stack.region_name].exports
    exports.update({export.name: export for export in stack.exports})


def create_key_with_text(self, policy, *args, **kwargs):
    return create_key(self, json.dumps(policy) if isinstance(policy, dict) else policy, *args, **kwargs)


if __name__ == "__main__":
    yaml.CLoader.add_multi_constructor("", yaml_tag_constructor)
    yaml.Loader = yaml.CLoader
    ChangeSet.apply, KmsBackend.create_key = apply_whole, create_key_with_text
    main()
