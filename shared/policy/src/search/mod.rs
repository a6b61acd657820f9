//! The search for a request that a policy allows.
//!
//! # The model
//!
//! A request has an action, a resource, and condition keys. Which keys it has, and with which values, depends on the
//! kind of caller: see [`world`]. An outsider is anonymous, or a principal of an account that the policy and the
//! settings do not name, or an AWS service that acts for such an account.
//!
//! - Whatever fixed value of a fixing key the policy names (an account, an organization, a network, a VPC, a unique
//!   id, the ARN of a source) belongs to somebody whom its author knows: an outsider has another one. So
//!   `IpAddress` in an Allow and `NotIpAddress` in a Deny are the same restriction.
//! - Networks that together cover the internet name nobody.
//! - A request is for an action of S3 that there is, for a newer one that an Allow names, or for one of a service that an
//!   Allow names: `ec2:*` is granted like `s3:*`. It is about the bucket that the resources name, where they name one and
//!   no other, or about an object in it: an action of objects about an object, and one of the bucket about the bucket. See
//!   [`actions`] and [`place`].
//! - No value that AWS gives or checks holds a wildcard character; what a caller writes may, the tags of objects among
//!   it, and may be empty.
//! - Headers, tags and request parameters are the caller's choice; what describes the bucket or its owner is unknown
//!   but the same for all keys, and its owner is not the outsider.
//! - The time is any but the past: a window that has ended lets nobody in, one to come does.
//! - A key that is not known to this crate may have any value.
//!
//! # The search
//!
//! For every Allow and every kind of caller, each part of the request gets a value that the Allow accepts. While some
//! Deny matches the request, one part after the other is made to escape that Deny, with everything demanded before
//! still in force. Each part is solved exactly: see [`settle`]. When every way is used up there is no such request.

pub(crate) mod actions;
pub(crate) mod attempt;
pub(crate) mod automaton;
pub(crate) mod capture;
pub(crate) mod compile;
pub(crate) mod decide;
pub(crate) mod domain;
pub(crate) mod goal;
pub(crate) mod hashing;
pub(crate) mod inquiry;
pub(crate) mod likeness;
pub(crate) mod literal;
pub(crate) mod model;
pub(crate) mod moment;
pub(crate) mod names;
pub(crate) mod part;
pub(crate) mod patterns;
pub(crate) mod place;
pub(crate) mod relation;
pub(crate) mod request;
pub(crate) mod settle;
pub(crate) mod strangers;
pub(crate) mod survey;
pub(crate) mod trie;
pub(crate) mod variable;
pub(crate) mod walk;
pub(crate) mod world;

/// The outcome of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found<T> {
    /// This one.
    One(T),
    /// There is none.
    None,
    /// The work allowed was used up.
    Unknown,
}

/// How much work a search may still do, in steps of an automaton. Nothing here depends on a clock.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: usize,
}

/// The least work that is done for an answer which was not found before.
const LEAST: usize = 64;

impl Budget {
    /// Enough for every policy that people write, and a few milliseconds at most.
    pub(crate) const DEFAULT: usize = 600_000;

    pub(crate) fn new(steps: usize) -> Self {
        Self { steps }
    }

    /// The budget of one of several questions that are still to be asked: what one does not use is left to the others,
    /// and none uses up what is theirs.
    pub(crate) fn share<T>(&mut self, questions: usize, ask: impl FnOnce(&mut Self) -> T) -> T {
        let kept = self.steps - self.steps / questions.max(1);
        self.steps -= kept;
        let answer = ask(self);
        self.steps += kept;
        answer
    }

    /// Whether one of several questions that are still to be asked has so little left that it is not worth asking.
    pub(crate) fn is_short_for(&self, questions: usize) -> bool {
        self.steps / questions.max(1) < LEAST
    }

    /// Takes some work from the budget; `false` when it is used up.
    pub(crate) fn spend_steps(&mut self, steps: usize) -> bool {
        self.steps = self.steps.saturating_sub(steps + 1);
        self.steps > 0
    }
}
