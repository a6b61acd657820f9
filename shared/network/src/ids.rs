//! Names of AWS resources, one type a kind.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as AWS writes it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(name: T) -> Self {
                Self(name.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

identifier! {
    /// The id of a security group, such as `sg-0a1b2c3d`.
    GroupId
}

identifier! {
    /// The id of a security group rule, such as `sgr-0a1b2c3d`.
    ///
    /// An entry of `IpPermissions` has no id; a rule read from one is called by what it says, such as
    /// `tcp 22 from 0.0.0.0/0`.
    RuleId
}

identifier! {
    /// The id of a prefix list, such as `pl-0a1b2c3d`.
    PrefixListId
}
