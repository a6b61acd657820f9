//! How a command ends, and what is said where it ends badly.

use std::io;
use std::process::ExitCode;

use crate::console::Console;

/// How a command ended: its exit status. `curfew --help` lists them; 2 is clap's, for a command line that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It was done.
    Done = 0,
    /// Something could not be read or used.
    Unread = 1,
    /// AWS did not answer, or refused.
    #[cfg(feature = "live")]
    NotAsked = 3,
    /// Nothing was put back.
    #[cfg(feature = "live")]
    NotRestored = 4,
    /// Not all was put back.
    #[cfg(feature = "live")]
    HalfRestored = 5,
}

/// Why a command could not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Trouble {
    /// Nothing more can be written.
    #[error(transparent)]
    Output(#[from] io::Error),
    /// What there was to read, or what is to be asked, is in the way.
    #[error("{what}")]
    Told {
        /// How it ends.
        ending: Ending,
        /// What is wrong.
        what: String,
        /// What to do about it, where that is not plain.
        advice: Option<String>,
    },
}

impl Trouble {
    /// Something cannot be read or used, for a reason that says what to do.
    pub(crate) fn unread(what: impl ToString) -> Self {
        Self::Told { ending: Ending::Unread, what: what.to_string(), advice: None }
    }

    /// The same, with what to do.
    pub(crate) fn with(self, advice: impl Into<String>) -> Self {
        match self {
            Self::Told { ending, what, .. } => Self::Told { ending, what, advice: Some(advice.into()) },
            output @ Self::Output(_) => output,
        }
    }

    /// Says it to whoever reads errors. Who stops reading what is written has all that he wants.
    pub(crate) fn told(self, console: &mut Console<'_>) -> Ending {
        match self {
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ending::Done,
            Self::Output(error) => console.complain(&error.to_string()),
            Self::Told { ending, what, advice } => {
                console.complain(&what);
                if let Some(advice) = advice {
                    console.complain(&format!("  -> {advice}"));
                }
                return ending;
            }
        }
        Ending::Unread
    }
}

impl From<serde_json::Error> for Trouble {
    fn from(error: serde_json::Error) -> Self {
        Self::Output(error.into())
    }
}

impl From<Ending> for ExitCode {
    fn from(ending: Ending) -> Self {
        Self::from(ending as u8)
    }
}
