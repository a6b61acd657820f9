//! A short name for a value, the same in each process.

use std::fmt;
use std::hash::{Hash, Hasher};

use sha2::{Digest as _, Sha256};

/// What stands for a value: equal for equal values, in whatever process, on whatever day.
pub(crate) struct Digest([u8; 32]);

/// Takes what a value hashes of itself.
#[derive(Default)]
struct Sha(Sha256);

impl Digest {
    pub(crate) fn of(value: &impl Hash) -> Self {
        let mut sha = Sha::default();
        value.hash(&mut sha);
        Self(sha.0.finalize().into())
    }

    /// The first eight digits.
    pub(crate) fn short(&self) -> String {
        self.to_string().chars().take(8).collect()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().take(16).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Nobody asks for this short form.
    fn finish(&self) -> u64 {
        0
    }
}
