//! A trigger becomes subjects.
//!
//! [`read`] takes whatever invoked a function and says which resources to look at. It is lenient in what
//! it ignores and strict in what it needs: a field that is missing is named in the error, and a trigger
//! that is none of ours is an error too, never silence. What a trigger claims about a resource is not
//! carried on: the live state decides.
//!
//! One file a trigger, in `trigger/`; one row a kind of resource, in `resource.rs`.
//!
//! | what comes in | what it points at |
//! | --- | --- |
//! | `aws.config`: `Config Rules Compliance Change`, bare or from AWS Config's topic | a resource that does not comply |
//! | `aws.config`: `PutEvaluations` through CloudTrail | each resource that does not comply |
//! | `aws.config`: `Config Configuration Item Change`, bare or from AWS Config's topic | a resource that is there |
//! | `aws.s3`: calls through CloudTrail that may open a bucket | the bucket |
//! | `aws.ec2`: calls through CloudTrail that may open a group | the group, or the prefix list that was changed |
//! | `aws.securityhub`: `Security Hub Findings - Imported`, `Findings Imported V2` | each resource of the own account and Region in each finding that is in force |
//! | `aws.access-analyzer`: `Access Analyzer Finding` | the resource that somebody outside may reach |
//! | `aws.guardduty`: `GuardDuty Finding` of the types `Policy:S3/...` | each bucket |
//! | `aws.events`: `Scheduled Event` | nothing: a tick |
//! | `curfew.sweep`: `Sweep Found Resources` | each resource |
//! | the invocation of an AWS Config custom rule | a resource to evaluate, or all: a [`RuleInvocation`] |
//!
//! Calls that failed, calls of Curfew's [own roles](OwnRoles), what complies or is deleted, and findings that are archived,
//! suppressed, resolved, passed or samples give no subject, and are no error.
//!
//! What the function `sweep` is handed by its own queue says how far a sweep has come: [`read_orders`].

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
pub use trigger::{
    Message, OrderMessage, Queue, Reading, RuleInvocation, RuleQuestion, RuleResource, Standing, SweepFound,
    SweepOrder, SweepStep, Trigger, read, read_orders,
};
