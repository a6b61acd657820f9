//! Decides when an S3 bucket policy is public, explains the decision, and proposes a proven fix.
//!
//! Everything here is pure: a text goes in, a decision comes out. [`Policy::parse`] reads a policy, [`analyse`] says
//! what it is ([`documented`]: by AWS's text; [`semantic`]: by what it lets in), what is wrong with it ([`Finding`]), and
//! how to close it ([`Fix`]); [`Analysis::without`] leaves out what is accepted; [`lets_in_more`] compares two
//! policies; [`explain_text`] writes it down for a person.
//!
//! INVARIANT: a policy that is public by what it lets in is public by AWS's text.
//!
//! ```
//! use std::time::UNIX_EPOCH;
//!
//! use policy::{Asking, Policy, Trust, analyse};
//!
//! let text = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}"#;
//! let policy = Policy::parse(text).expect("a policy");
//! let analysis = analyse(&policy, Asking { trust: &Trust::default(), now: UNIX_EPOCH });
//! assert!(analysis.documented && analysis.semantic.public);
//! ```

mod abilities;
mod access;
mod address;
mod analysis;
mod asking;
mod change;
mod condition;
pub mod documented;
mod error;
mod finding;
mod findings;
mod fix;
mod key;
mod operator;
mod parse;
mod pattern;
mod policy;
mod principal;
mod reason;
mod search;
pub mod semantic;
mod shared;
mod statement;
mod template;
mod text;
mod trust;
mod witness;
mod words;

pub use abilities::{Abilities, Ability, AbilityKind, Extent, Outsider, Undecided};
pub use access::Access;
pub use analysis::{Analysis, analyse, analyse_bucket};
pub use asking::Asking;
pub use change::{Change, lets_in_more};
pub use condition::Condition;
pub use document::Place;
pub use error::{Oddity, ParseError};
pub use finding::{Finding, FindingKind, Severity};
pub use fix::{Fix, NoFix, ORGANIZATION_PLACEHOLDER, OWNER_PLACEHOLDER};
pub use key::Key;
pub use operator::{Comparison, Operator, Order, Quantifier};
pub use policy::Policy;
pub use principal::{Parties, Principal, PrincipalElement, PrincipalKind, Principals};
pub use search::world::CallerKind;
pub use semantic::Semantic;
pub use shared::{Readings, Shared, Texts};
pub use statement::{Effect, Scope, Statement};
pub use text::{explain_refusal, explain_text, headline, proposal, why};
pub use trust::{Trust, is_network};
pub use witness::{Caller, Witness};
