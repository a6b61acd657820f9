//! What a person asks about security groups, with what the AWS CLI printed about them in a file.
//!
//! - [`Question`]: how exposed one port is, to each address family.
//! - [`SecurityGroup`] and [`Report`]: what is open in a group, by which rules, and what would close it.
//!
//! ```
//! let question = r#"{
//!     "ip_permissions": [{ "IpProtocol": "tcp", "FromPort": 20, "ToPort": 25, "IpRanges": [{ "CidrIp": "0.0.0.0/0" }] }],
//!     "query": { "protocol": "tcp", "port": 22 }
//! }"#;
//! let reply = exposure::Question::read(question)?.reply();
//! assert_eq!(reply.v4, network::Exposure::World);
//! # Ok::<(), exposure::QuestionError>(())
//! ```

mod group;
mod query;
mod question;
mod read;
mod report;

pub use group::{SecurityGroup, UnreadableGroup, prefix_lists};
pub use query::{Answer, Exposures, Query};
pub use question::{Question, QuestionError, Reply};
pub use report::{Report, describe};
