//! What values one part of a request can have.

use std::ops::RangeInclusive;
use std::sync::Arc;

use addresses::Addresses;

use crate::pattern::{Class, Pattern, Style, Token};
use crate::search::moment;
use crate::search::patterns::Patterns;
use crate::template::Bindings;

/// The values that a part of a request can have for one kind of caller.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) presence: Presence,
    pub(crate) values: Values,
    /// Whether the part can have several values at once.
    pub(crate) many: bool,
    /// Values that a witness should rather have than any other. They count only where they are in the domain.
    pub(crate) hints: &'static [&'static str],
    /// Such values that depend on the caller.
    pub(crate) usual: Vec<String>,
}

/// Whether a part is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Always,
    Maybe,
    Never,
}

/// The values of a present part.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    /// One of these.
    Listed(Arc<[String]>),
    /// A text that matches the first set and not the second.
    Text(Arc<Patterns>, Arc<Patterns>),
    /// An address in this set.
    Address(Arc<Addresses>),
    /// A time in this range, in seconds since 1970.
    Time(RangeInclusive<i64>),
}

impl Domain {
    pub(crate) fn never() -> Self {
        Self::listed([]).with_presence(Presence::Never)
    }

    pub(crate) fn listed<const N: usize>(values: [&str; N]) -> Self {
        Self::of(Values::Listed(Arc::from(values.map(str::to_owned))))
    }

    /// Texts of these shapes. See [`shape`].
    pub(crate) fn shaped<const N: usize>(shapes: [&str; N]) -> Self {
        Self::shapes(&shapes)
    }

    /// As [`Self::shaped`].
    pub(crate) fn shapes(shapes: &[impl AsRef<str>]) -> Self {
        Self::of(Values::Text(all_shapes(shapes), Arc::default()))
    }

    /// One of these texts.
    pub(crate) fn texts(values: impl IntoIterator<Item = String>) -> Self {
        Self::of(Values::Listed(values.into_iter().collect()))
    }

    /// The same of a list that is there already.
    pub(crate) fn of_list(values: &Arc<[String]>) -> Self {
        Self::of(Values::Listed(Arc::clone(values)))
    }

    /// An address outside this set.
    pub(crate) fn address(excluded: &Addresses) -> Self {
        Self::address_in(excluded.complement())
    }

    /// An address in this set.
    pub(crate) fn address_in(all: Addresses) -> Self {
        Self::of(Values::Address(Arc::new(all)))
    }

    /// Its values, where they are listed.
    pub(crate) fn list(&self) -> Option<&[String]> {
        if let Values::Listed(values) = &self.values { Some(values) } else { None }
    }

    /// Those of these texts that `keep` picks; `None` where it picks none.
    pub(crate) fn some_of(texts: &[String], keep: impl Fn(&str) -> bool) -> Option<Self> {
        let left: Arc<[String]> = texts.iter().filter(|own| keep(own)).cloned().collect();
        (!left.is_empty()).then(|| Self::of(Values::Listed(left)))
    }

    /// What a caller writes at will, nothing and wildcard characters too.
    pub(crate) fn free() -> Self {
        Self::shaped(["<f*>"]).hinted(&["x"])
    }

    /// Those of its texts that are of these shapes, where it has texts.
    pub(crate) fn narrowed(&self, shapes: &[impl AsRef<str>]) -> Option<Self> {
        let Values::Text(_, excluded) = &self.values else { return None };
        Some(Self { values: Values::Text(all_shapes(shapes), Arc::clone(excluded)), ..self.clone() })
    }

    /// The same without these texts; `None` where nothing is left.
    pub(crate) fn without<'text>(&self, texts: impl Iterator<Item = &'text str>) -> Option<Self> {
        let texts: Vec<&str> = texts.collect();
        match &self.values {
            Values::Listed(values) => {
                let left: Arc<[String]> =
                    values.iter().filter(|own| !texts.contains(&own.as_str())).cloned().collect();
                (!left.is_empty()).then(|| Self { values: Values::Listed(left), ..self.clone() })
            }
            Values::Text(shape, excluded) => {
                let exact = |text: &&str| Pattern::compile(text, Style::Exact, false, &Bindings::default());
                let mut excluded = Patterns::clone(excluded);
                excluded.extend(texts.iter().filter_map(exact));
                let values = Values::Text(Arc::clone(shape), Arc::new(excluded));
                Some(Self { values, ..self.clone() })
            }
            _ => Some(self.clone()),
        }
    }

    /// The same without the texts that these match; `None` where nothing is left.
    pub(crate) fn besides(&self, patterns: &Patterns) -> Option<Self> {
        let values = match &self.values {
            Values::Listed(values) => {
                let left: Arc<[String]> =
                    values.iter().filter(|own| !patterns.matches(own, true)).cloned().collect();
                if left.is_empty() {
                    return None;
                }
                Values::Listed(left)
            }
            Values::Text(shape, excluded) => {
                Values::Text(Arc::clone(shape), Arc::new(excluded.with(patterns)))
            }
            values => values.clone(),
        };
        Some(Self { values, ..self.clone() })
    }

    /// A time in this range, in seconds since 1970.
    pub(crate) fn time(range: RangeInclusive<i64>) -> Self {
        Self::of(Values::Time(range))
    }

    fn of(values: Values) -> Self {
        Self { presence: Presence::Always, values, many: false, hints: &[], usual: Vec::new() }
    }

    pub(crate) fn with_presence(mut self, presence: Presence) -> Self {
        self.presence = presence;
        self
    }

    pub(crate) fn maybe(self) -> Self {
        self.with_presence(Presence::Maybe)
    }

    pub(crate) fn many(mut self) -> Self {
        self.many = true;
        self
    }

    pub(crate) fn hinted(mut self, hints: &'static [&'static str]) -> Self {
        self.hints = hints;
        self
    }

    /// As [`Self::hinted`], with values that depend on the caller.
    pub(crate) fn usually<const N: usize>(mut self, usual: [String; N]) -> Self {
        self.usual = Vec::from(usual);
        self
    }

    /// Whether a present part can have this value.
    pub(crate) fn admits(&self, value: &str) -> bool {
        self.presence != Presence::Never
            && match &self.values {
                Values::Listed(values) => values.iter().any(|own| own == value),
                Values::Text(shape, excluded) => shape.matches(value, true) && !excluded.matches(value, true),
                Values::Address(all) => value.parse().is_ok_and(|address| all.contains(address)),
                Values::Time(range) => moment::parse(value).is_some_and(|value| range.contains(&value)),
            }
    }

    /// This value, or the absence, where the part can have it; else nothing at all.
    pub(crate) fn only(&self, value: Option<&str>) -> Self {
        match value {
            Some(value) if self.admits(value) => Self::texts([value.to_owned()]),
            None if self.presence != Presence::Always => Self::never(),
            _ => Self::listed([]),
        }
    }

    /// All that the part can be, absence too, where that is little.
    pub(crate) fn alternatives(&self) -> Option<Vec<Option<String>>> {
        let values = match &self.values {
            _ if self.presence == Presence::Never => return Some(vec![None]),
            Values::Listed(values) if !self.many => values.iter().cloned().map(Some),
            _ => return None,
        };
        Some(values.chain((self.presence == Presence::Maybe).then_some(None)).collect())
    }

    /// Leaves out some texts.
    pub(crate) fn except(mut self, patterns: Patterns) -> Self {
        if let Values::Text(_, excluded) = &mut self.values {
            *excluded = Arc::new(patterns);
        }
        self
    }
}

fn all_shapes(shapes: &[impl AsRef<str>]) -> Arc<Patterns> {
    Arc::new(shapes.iter().map(|text| shape(text.as_ref())).collect())
}

/// Reads a shape: `<n>` is any text of name characters, `<l>` any text without wildcard characters, `<f>` any text at
/// all, `<p>` a name without `:` and `/`, `<e>` the name of a user, role or session, `<g>` the path before one, `<a>`
/// lower-case letters and digits, `<A>` upper-case letters and digits, `<h>` hexadecimal digits, `<d>` digits, `<s>` a
/// label of a host's name, `<r>` lower-case letters. None of these is empty; `<a*>` is as `<a>` or nothing, `<a10+>` ten or more, and `<a10>` exactly ten. The rest stands for
/// itself.
pub(crate) fn shape(text: &str) -> Pattern {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        tokens.extend(before.chars().map(Token::Char));
        let Some((name, after)) = after.split_once('>') else { break };
        let (class, count) = name.split_at(name.chars().next().map_or(0, char::len_utf8));
        let class = match class {
            "n" => Class::Name,
            "p" => Class::Plain,
            "e" => Class::Entity,
            "g" => Class::Path,
            "a" => Class::Lower,
            "A" => Class::Upper,
            "h" => Class::Hex,
            "d" => Class::Digit,
            "f" => Class::Free,
            "s" => Class::Host,
            "r" => Class::Letter,
            _ => Class::Label,
        };
        let least = match count.trim_end_matches('+') {
            "*" => 0,
            number => number.parse().unwrap_or(1),
        };
        tokens.extend(std::iter::repeat_n(Token::One(class), least));
        if count.is_empty() || count.ends_with(['*', '+']) {
            tokens.push(Token::Many(class));
        }
        rest = after;
    }
    tokens.extend(rest.chars().map(Token::Char));
    Pattern::new(tokens)
}
