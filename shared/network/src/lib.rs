//! How exposed a security group is, exactly, and the smallest change that closes it.
//!
//! Everything here is a pure function of rules, prefix lists and settings. Addresses and ports are
//! sets of numbers, so that no spelling, order or split of the rules makes a difference.
//!
//! - [`assess`]: the open ports and protocols of a group that are not authorized, and the rules that open them.
//! - [`Plan::new`]: what to revoke, and what to put back before.
//!
//! ```
//! use network::{Plan, PrefixLists, Protocol, Rule, Settings, Traffic, assess, parse_block};
//!
//! let web = Traffic { protocol: Protocol::Tcp, from_port: Some(80), to_port: Some(8080) };
//! let rules = ["0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8"]
//!     .map(|block| Ok(Rule::unnamed(web.permission(parse_block(block)?.into(), None))))
//!     .into_iter()
//!     .collect::<Result<Vec<_>, _>>()?;
//! let settings = Settings::default();
//! let assessment = assess(&rules, &PrefixLists::default(), &settings);
//! let plan = Plan::new(&rules, &assessment, &settings);
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
//! # Ok::<(), addresses::BlockError>(())
//! ```

mod assess;
mod bits;
mod exposure;
mod finding;
mod iana;
mod icmp;
mod ids;
mod offenders;
mod offending;
mod partition;
mod permission;
mod plan;
mod portless;
mod ports;
mod ports_json;
mod prefix_lists;
mod protocol;
mod remainder;
mod rule;
mod rule_ids;
mod services;
mod settings;
mod source;
mod sources;

pub use addresses::{Addresses, Family, IpNet, Span, SpanSet, parse_block};
pub use assess::{assess, deciding_lists};
pub use exposure::Exposure;
pub use finding::{Assessment, Finding, UnreadableSource};
pub use ids::{PrefixListId, RuleId};
pub use permission::{Permission, Traffic};
pub use plan::{Cut, Plan, Restoration};
pub use portless::Portless;
pub use ports::{PortSet, PortSetError};
pub use prefix_lists::PrefixLists;
pub use protocol::Protocol;
pub use rule::Rule;
pub use rule_ids::RuleIds;
pub use services::services;
pub use settings::{Handling, OpenLevel, Settings};
pub use source::{NotOneSource, ReferencedGroup, Source};
