#!/usr/bin/env bash
# cdk-nag takes a queue's dead letters for a queue that lacks its own, where the template says `!GetAtt` in its short form.
#
# `!GetAtt DeadLetters.Arn` and `Fn::GetAtt: [DeadLetters, Arn]` are the same:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getatt.html
# CfnInclude of aws-cdk-lib hands `{"Fn::GetAtt": "DeadLetters.Arn"}` on as it is in properties that are free JSON, such as a
# queue's RedrivePolicy. cdk-nag reads the text as if it were the list: its first letter is the resource, its second the
# attribute, `<D.e>`. AwsSolutions-SQS3 does not find the reference by that, and wants dead letters of the dead letters.
#
# Seen with cdk-nag 2.38.2 and aws-cdk-lib 2.276.0: `<D.e>` and the finding for the short form, `<DeadLetters.Arn>` and no finding
# for the list.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --loglevel=error --no-audit --no-fund --no-save cdk-nag@2.38.2 aws-cdk-lib@2.276.0 constructs@10.8.1 >npm.log 2>&1 || { cat npm.log; exit 1; }
for form in '!GetAtt DeadLetters.Arn' '!GetAtt [DeadLetters, Arn]'; do
  name=$([[ $form == *,* ]] && echo list || echo short)
  cat >"$name.yaml" <<YAML
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { RedrivePolicy: { maxReceiveCount: 8, deadLetterTargetArn: $form } } }
  DeadLetters: { Type: AWS::SQS::Queue }
YAML
done
cat >look.js <<'JS'
const { App, Aspects, Stack } = require('aws-cdk-lib');
const { CfnInclude } = require('aws-cdk-lib/cloudformation-include');
const { AwsSolutionsChecks } = require('cdk-nag');
const { flattenCfnReference } = require('cdk-nag/lib/utils/flatten-cfn-reference');
const assert = require('node:assert');

function look(name) {
  const app = new App({ outdir: `out-${name}` });
  const stack = new Stack(app, 'Stack');
  const found = [];
  const logger = new Proxy({}, { get: (_, method) => (said) =>
    method === 'onNonCompliance' && said.ruleId === 'AwsSolutions-SQS3' && found.push(said.resource.logicalId && stack.resolve(said.resource.logicalId)) });
  const queue = new CfnInclude(stack, 'Template', { templateFile: `${name}.yaml` }).getResource('Queue');
  Aspects.of(app).add(new AwsSolutionsChecks({ reports: false, additionalLoggers: [logger] }));
  app.synth();
  return [flattenCfnReference(stack.resolve(queue.redrivePolicy).deadLetterTargetArn), ...found];
}

const seen = { short: look('short'), list: look('list') };
const version = (name) => require(`${name}/package.json`).version;
console.log(`cdk-nag ${version('cdk-nag')}, aws-cdk-lib ${version('aws-cdk-lib')}: read as, and queues without dead letters:`, seen);
assert.deepStrictEqual(seen, { short: ['<D.e>', 'DeadLetters'], list: ['<DeadLetters.Arn>'] }, 'cdk-nag reads it otherwise now');
JS
node look.js 2>look.log || { cat look.log; exit 1; }
