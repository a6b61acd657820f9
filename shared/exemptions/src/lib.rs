//! What Curfew leaves alone: whose word that is, why, and until when.
//!
//! | where | how |
//! | --- | --- |
//! | the settings | [`Entry`]: an ARN pattern, controls, a reason, an end; narrower by [`Scope`] |
//! | tags of the resource | [`tags`]: controls, a reason, an end |
//!
//! Both become an [`Exemption`] once they are in force for one resource and one control, or a [`Refused`] with what is
//! wrong with them. Everything here is a pure function of what was written and of the time.
//!
//! INVARIANT: what cannot be read, has no reason or no end, or is over, exempts nothing.

mod arn_pattern;
mod controls;
mod entry;
mod exemption;
mod exemptions;
mod resources;
mod scope;
mod sources;
mod text;
mod until;

pub mod tags;

pub use arn_pattern::ArnPattern;
pub use controls::{CONTROLS, Controls, Known, Narrower};
pub use entry::Entry;
pub use exemption::{Exemption, Flaw, Origin, Refused};
pub use exemptions::{Candidates, Exemptions, MOST_DAYS};
pub use scope::{Grantee, Scope};
pub use sources::Sources;
pub use until::Until;
