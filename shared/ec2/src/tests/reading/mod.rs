//! The calls by which EC2 is read.

mod groups;
mod interfaces;
mod lists;
mod rules;

use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsOutput;
use aws_sdk_ec2::{Client, types};
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use security_groups::ReadSecurityGroups;
use serde_json::json;

use super::{GROUP, WORLD, at, ec2, failure, group_id, vpc};
