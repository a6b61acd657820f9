//! A trigger becomes subjects.
//!
//! [`read`] takes whatever invoked a function and says which resources to look at. It is lenient in what
//! it ignores and strict in what it needs: a field that is missing is named in the error, and a trigger
//! that is none of ours is an error too, never silence. What a trigger claims about a resource is not
//! carried on: the live state decides.
//!
//! One file a trigger, in `trigger/`; one row a kind of resource, in `resource.rs`.

mod cause;
mod error;
mod own_roles;
mod resource;
mod subject;
mod trigger;

pub use cause::Cause;
pub use error::TriggerError;
pub use names::*;
pub use own_roles::OwnRoles;
pub use resource::Resource;
pub use subject::Subject;
pub use trigger::{Message, Reading, RuleInvocation, RuleQuestion, RuleResource, Standing, Trigger, read};
