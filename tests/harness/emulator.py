"""moto's server, with what its CloudFormation forgets about change sets: a stack made by one has outputs and exports.

Called with moto's own arguments.
"""

from moto.cloudformation.models import ChangeSet, cloudformation_backends
from moto.server import main

apply = ChangeSet.apply


def apply_whole(self):
    apply(self)
    stack = self.stack
    stack.template, stack.template_dict = self.template, self.template_dict
    stack.parameters = {**(stack.parameters or {}), **self.parameters}
    stack.output_map = stack._create_output_map()
    exports = cloudformation_backends[stack.account_id][stack.region_name].exports
    exports.update({export.name: export for export in stack.exports})


if __name__ == "__main__":
    ChangeSet.apply = apply_whole
    main()
