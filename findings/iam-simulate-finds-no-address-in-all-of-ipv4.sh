#!/usr/bin/env bash
# iam-simulate finds no address in 0.0.0.0/0.
#
# `IpAddress` matches "the specified IP address or range", in CIDR format: a prefix of n bits holds what begins with these, and one
# of 0 bits holds every address of its family:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
# https://www.rfc-editor.org/rfc/rfc4632#section-3.1
# @cloud-copilot/iam-simulate 0.1.173, which supports "All AWS Condition Operators", compares the address as it is with 0.0.0.0 if
# the prefix has no bits. A test that a policy allows what it should (0.0.0.0/0 beside ranges of IPv6 is common) fails
# there. The two halves of the same range, and IPv6's ::/0, are judged right.
#
# Seen with @cloud-copilot/iam-simulate 0.1.173: 192.0.2.1 is in 192.0.0.0/8 and in 128.0.0.0/1, not in 0.0.0.0/0; 2001:db8::1 is
# in ::/0.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --loglevel=error --no-audit --no-fund --no-save @cloud-copilot/iam-simulate@0.1.173 >npm.log 2>&1 || { cat npm.log; exit 1; }
cat >look.mjs <<'JS'
import assert from 'node:assert';
import { readFileSync } from 'node:fs';
import { runSimulation } from '@cloud-copilot/iam-simulate';

async function judged(range, address) {
  const policy = {
    Version: '2012-10-17',
    Statement: [{
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::example-bucket/*',
      Condition: { IpAddress: { 'aws:SourceIp': range } },
    }],
  };
  const answer = await runSimulation({
    request: {
      principal: 'arn:aws:iam::111122223333:role/reader',
      action: 's3:GetObject',
      resource: { resource: 'arn:aws:s3:::example-bucket/page.html', accountId: '111122223333' },
      contextVariables: { 'aws:SourceIp': address },
    },
    identityPolicies: [{ name: 'reader', policy }],
    serviceControlPolicies: [],
    resourceControlPolicies: [],
  }, {});
  return answer.overallResult;
}

const seen = {};
for (const range of ['192.0.0.0/8', '128.0.0.0/1', '0.0.0.0/0', '::/0']) {
  seen[range] = await judged(range, range.includes(':') ? '2001:db8::1' : '192.0.2.1');
}
const { version } = JSON.parse(readFileSync('node_modules/@cloud-copilot/iam-simulate/package.json', 'utf8'));
console.log(`@cloud-copilot/iam-simulate ${version}:`, seen);
assert.deepStrictEqual(
  seen,
  { '192.0.0.0/8': 'Allowed', '128.0.0.0/1': 'Allowed', '0.0.0.0/0': 'ImplicitlyDenied', '::/0': 'Allowed' },
  'ranges are judged otherwise now',
);
JS
node look.mjs
