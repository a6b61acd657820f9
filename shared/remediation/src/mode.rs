//! Whether Curfew changes anything.

use serde::{Deserialize, Serialize};

/// Whether Curfew changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// What is open is closed.
    #[default]
    Enforce,
    /// What is open is reported, with what would have been done.
    Observe,
}

impl Mode {
    /// The mode as settings and logs write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}
