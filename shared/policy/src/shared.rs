//! Lists of a policy that many questions read: no copy of a statement copies them, and what they mean is worked out once.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use addresses::{Addresses, IpNet};

use crate::address::{is_narrow, parse_block};
use crate::pattern::{Pattern, Style};
use crate::search::names::Accounts;
use crate::search::patterns::Patterns;
use crate::template::{Bindings, may_hold_variable};

/// A list, and what was worked out of it. It never changes: a list with other elements is another one.
pub struct Shared<T, R>(Arc<(Vec<T>, R)>);

/// The values of a condition, or the patterns of an action or resource.
pub type Texts = Shared<String, Readings>;

/// What texts mean, as far as somebody asked.
#[derive(Debug, Default)]
pub struct Readings {
    patterns: [OnceLock<Arc<Patterns>>; Style::ALL.len()],
    blocks: OnceLock<Vec<Option<IpNet>>>,
    addresses: OnceLock<Arc<Addresses>>,
    fixed_networks: OnceLock<Arc<Addresses>>,
    accounts: OnceLock<Accounts>,
    has_variables: OnceLock<bool>,
}

impl<T, R> Shared<T, R> {
    pub(crate) fn readings(&self) -> &R {
        &self.0.1
    }

    /// Whether it is this list, and not merely an equal one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Texts {
    /// The texts as patterns of which one must match.
    pub(crate) fn patterns(&self, style: Style, variables: bool, bindings: &Bindings) -> Arc<Patterns> {
        let compile = |variables| {
            let compile = |text: &String| Pattern::compile(text, style, variables, bindings);
            Arc::new(self.iter().filter_map(compile).collect())
        };
        match self.readings().patterns.get(style as usize) {
            Some(known) if !(variables && self.have_variables()) => {
                Arc::clone(known.get_or_init(|| compile(false)))
            }
            _ => compile(variables),
        }
    }

    /// For each of the texts the block of addresses that it is, if it is one.
    pub(crate) fn blocks(&self) -> &[Option<IpNet>] {
        self.readings().blocks.get_or_init(|| self.iter().map(|text| parse_block(text)).collect())
    }

    /// The texts as blocks of addresses, where they hold no variables.
    pub(crate) fn addresses(&self) -> Arc<Addresses> {
        let read = || Arc::new(self.blocks().iter().copied().flatten().collect());
        Arc::clone(self.readings().addresses.get_or_init(read))
    }

    /// Those of the blocks that S3 counts as fixed.
    pub(crate) fn fixed_networks(&self) -> Arc<Addresses> {
        let read = || {
            let blocks = self.blocks().iter().copied().flatten();
            Arc::new(blocks.filter(|block| is_narrow(*block)).collect())
        };
        Arc::clone(self.readings().fixed_networks.get_or_init(read))
    }

    /// The accounts that the texts name.
    pub(crate) fn accounts(&self) -> &Accounts {
        self.readings().accounts.get_or_init(|| Accounts::of(self))
    }

    /// Whether one of the texts holds what is a variable in a policy that has variables.
    pub(crate) fn have_variables(&self) -> bool {
        *self.readings().has_variables.get_or_init(|| self.iter().any(|text| may_hold_variable(text)))
    }

    /// Those of the texts that `keep` picks.
    pub(crate) fn some(&self, keep: impl Fn(&String) -> bool) -> Self {
        if self.iter().all(&keep) {
            self.clone()
        } else {
            self.iter().filter(|own| keep(own)).cloned().collect()
        }
    }
}

impl<T, R> Clone for Shared<T, R> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T, R: Default> From<Vec<T>> for Shared<T, R> {
    fn from(list: Vec<T>) -> Self {
        Self(Arc::new((list, R::default())))
    }
}

impl<T, R: Default> FromIterator<T> for Shared<T, R> {
    fn from_iter<I: IntoIterator<Item = T>>(list: I) -> Self {
        Self::from(Vec::from_iter(list))
    }
}

impl<T, R: Default> Default for Shared<T, R> {
    fn default() -> Self {
        Self::from(Vec::new())
    }
}

impl<T, R> Deref for Shared<T, R> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0.0
    }
}

impl<'list, T, R> IntoIterator for &'list Shared<T, R> {
    type Item = &'list T;
    type IntoIter = std::slice::Iter<'list, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: PartialEq, R> PartialEq for Shared<T, R> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || **self == **other
    }
}

impl<T: Eq, R> Eq for Shared<T, R> {}

impl<T: Hash, R> Hash for Shared<T, R> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: fmt::Debug, R> fmt::Debug for Shared<T, R> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(formatter)
    }
}
