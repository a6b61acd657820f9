//! How exposed a security group is, exactly, and the smallest change that closes it.
//!
//! Everything here is a pure function of rules, prefix lists and settings. Addresses and ports are
//! sets of numbers, so that no spelling, order or split of the rules makes a difference.
//!
//! - [`Query::answer`]: how exposed one port is, to each address family.
//! - [`assess`]: the open ports of a group that are not authorized, and the rules that open them.
//! - [`Plan::new`]: what to revoke, and what to put back before.
//!
//! ```
//! use network::{Plan, PrefixLists, Rule, Settings, assess};
//!
//! let permissions = serde_json::json!([{
//!     "IpProtocol": "tcp",
//!     "FromPort": 80,
//!     "ToPort": 8080,
//!     "IpRanges": [{ "CidrIp": "0.0.0.0/1" }, { "CidrIp": "128.0.0.0/1" }, { "CidrIp": "10.0.0.0/8" }],
//! }]);
//! let rules = Rule::read_ip_permissions(&permissions)?;
//! let assessment = assess(&rules, &PrefixLists::default(), &Settings::default());
//! let plan = Plan::new(&rules, &assessment);
//!
//! let revoked: Vec<_> = plan.revoke.iter().map(|id| id.as_str()).collect();
//! assert_eq!(revoked, ["tcp 80-8080 from 0.0.0.0/1", "tcp 80-8080 from 128.0.0.0/1"]);
//! let restored: Vec<_> = plan.restore.iter().map(|part| part.permission.to_string()).collect();
//! assert_eq!(
//!     restored,
//!     [
//!         "tcp 80 from 0.0.0.0/1",
//!         "tcp 443 from 0.0.0.0/1",
//!         "tcp 80 from 128.0.0.0/1",
//!         "tcp 443 from 128.0.0.0/1",
//!     ],
//! );
//! # Ok::<(), network::ReadError>(())
//! ```

mod assess;
mod exposure;
mod finding;
mod group;
mod icmp;
mod ids;
mod node;
mod offenders;
mod partition;
mod permission;
mod plan;
mod ports;
mod prefix_lists;
mod protocol;
mod query;
mod question;
mod remainder;
mod report;
mod rule;
mod rule_json;
mod services;
mod settings;
mod source;

pub use addresses::{Addresses, Family, IpNet, Span, SpanSet, parse_block};
pub use assess::{assess, deciding_lists};
pub use exposure::{Exposure, Exposures};
pub use finding::{Assessment, Finding, UnreadableSource};
pub use group::{SecurityGroup, UnreadableGroup};
pub use ids::{GroupId, PrefixListId, RuleId};
pub use node::ReadError;
pub use permission::Permission;
pub use plan::{Cut, Plan, Restoration};
pub use ports::{PortSet, PortSetError};
pub use prefix_lists::PrefixLists;
pub use protocol::Protocol;
pub use query::{Answer, Query};
pub use question::{Question, Reply};
pub use report::Report;
pub use rule::Rule;
pub use services::services;
pub use settings::{Handling, OpenLevel, Settings};
pub use source::{ReferencedGroup, Source};
