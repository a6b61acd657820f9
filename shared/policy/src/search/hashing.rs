//! What a search remembers. The texts are those of one policy, and the hashes those of every run.

use foldhash::fast::FixedState;

/// A table of what is remembered.
pub(crate) type Table<K, V> = std::collections::HashMap<K, V, FixedState>;

/// A set of what is remembered.
pub(crate) type Set<T> = std::collections::HashSet<T, FixedState>;
