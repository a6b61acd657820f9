//! A sweep: looks at everything that there is, changes nothing, and hands what needs work to the functions whose work it is.
//!
//! Events tell only of what changes. A sweep lists all resources of a Region, [judges](remediation::inspect) each as a walk
//! would, and sends those of which there is something to do or to say into the queue of the function that does it. What it
//! judges with only has to [`Survey`](remediation::Survey): nothing in here can change a resource.
//!
//! It goes in stages, one a control. Where its time is over, it says how far it came: the [`Progress`] goes, as a message,
//! into its own queue. In a stage the resources are in the order of their ids, and the last id is what is noted: whatever
//! comes or goes meanwhile, nothing is swept twice, and nothing that stayed is left out.
//!
//! Where something was sent, a last message waits for as long as SQS lets it: then the records say what became of it.
//!
//! What is swept twice all the same, since a message came twice, is sent twice. The second walk finds nothing to do.

mod aftermath;
mod leg;
mod pace;
mod ports;
mod progress;
mod stage;
mod surveys;
mod tally;
mod verdict;

pub use aftermath::{Aftermath, aftermath};
pub use leg::{AFTERWARDS, Leg, Notice, PAUSE};
pub use ports::{Post, Waiting};
pub use progress::{MOST_TRIES, Progress, Stage};
pub use stage::{SUBJECTS_A_MESSAGE, Stop};
pub use surveys::{Surveyed, Surveys};
pub use tally::Tally;
pub use verdict::Verdict;
