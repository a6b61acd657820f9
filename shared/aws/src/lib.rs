//! What all calls to AWS share: how an answer that is an error is read, how calls are counted and tried again, how a
//! client reaches a Region. No service's SDK comes in here.

mod behavior;
mod calls;
mod doubt;
mod endpoint;
mod failed;
mod region;
mod rehearsed;
mod whole;

pub use behavior::{ATTEMPT, behavior_version, retries};
pub use calls::{OfAWalk, sent, within};
pub use endpoint::{endpoint, own_endpoint};
pub use failed::{code, failed, is_in_doubt};
pub use region::{PerRegion, sdk_region};
pub use rehearsed::Rehearsed;
pub use whole::write_whole;
