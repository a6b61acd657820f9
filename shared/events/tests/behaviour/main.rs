//! What triggers become.

#![expect(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod access_analyzer;
mod cloudtrail;
mod config_rule;
mod configuration_item;
mod custom_rule;
mod ec2_call;
mod guardduty;
mod hostile;
mod json;
mod kinds;
mod properties;
mod put_evaluations;
mod resources;
mod s3_call;
mod security_hub;
mod security_hub_v2;
mod sns;
mod sqs;
mod support;
mod sweep;
mod sweep_order;
