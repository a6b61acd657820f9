//! Exemptions in the tags of a resource.

use std::collections::BTreeMap;

use crate::controls::{Controls, NoControls};
use crate::text::{WORDS, words};
use crate::{Exemption, Flaw, Origin, Refused, Scope, Until};

/// Which controls the resource is exempt from: their names with blanks between, or `all`.
pub const CONTROLS: &str = "curfew:exempt";

/// Why.
pub const REASON: &str = "curfew:exempt-reason";

/// Until when: a date, or a time in RFC 3339.
pub const UNTIL: &str = "curfew:exempt-until";

/// Whose word that is, where it is said.
pub const OWNER: &str = "curfew:exempt-owner";

/// Reads what the tags say about one control, `None` where they exempt from nothing or from other controls. All of the
/// resource is exempt then, and whoever may tag it has said so.
///
/// # Errors
/// Everything that is wrong with them, where they may be for this control.
pub(crate) fn read(
    tags: &BTreeMap<String, String>,
    control: &str,
) -> Result<Option<Exemption>, Vec<Refused>> {
    let is_ours = |key: &str| {
        let start = key.get(..CONTROLS.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(CONTROLS))
    };
    if !tags.keys().any(|key| is_ours(key)) {
        return Ok(None);
    }
    let get = |key: &str| tags.get(key).map(String::as_str).ok_or(Flaw::Missing);
    let malformed = |expected: &str, text: &str| Flaw::Malformed(format!("`{text}` is not {expected}"));
    let no_controls = |no: NoControls| Flaw::Malformed(no.to_string());

    let controls = get(CONTROLS)
        .and_then(|text| Controls::of(text.split_whitespace(), Some(control)).map_err(no_controls));
    if controls.as_ref().is_ok_and(|controls| !controls.include(control)) {
        return Ok(None);
    }
    let reason = get(REASON).and_then(|text| words(text).ok_or_else(|| malformed(WORDS, text)));
    let owner = tags.get(OWNER).map(|text| words(text).ok_or_else(|| malformed(WORDS, text))).transpose();
    let until =
        get(UNTIL).and_then(|text| Until::parse(text.trim()).ok_or_else(|| malformed(Until::EXPECTED, text)));
    let is_stray = |key: &&String| is_ours(key) && ![CONTROLS, REASON, UNTIL, OWNER].contains(&key.as_str());
    let strays = tags.keys().filter(is_stray).map(|key| (key.clone(), Flaw::Malformed(no_such_tag())));

    let refused = |(field, flaw)| Refused { origin: Origin::Tags, scope: Scope::default(), field, flaw };
    let mut flaws: Vec<Refused> = strays.map(refused).collect();
    let mut taken = |key: &str, flaw: Flaw| flaws.push(refused((key.to_owned(), flaw)));
    let controls = controls.map_err(|flaw| taken(CONTROLS, flaw));
    let reason = reason.map_err(|flaw| taken(REASON, flaw));
    let until = until.map_err(|flaw| taken(UNTIL, flaw));
    let owner = owner.map_err(|flaw| taken(OWNER, flaw));
    match (controls, reason, until, owner) {
        (Ok(_), Ok(reason), Ok(until), Ok(owner)) if flaws.is_empty() => {
            Ok(Some(Exemption { origin: Origin::Tags, scope: Scope::default(), reason, owner, until }))
        }
        _ => Err(flaws),
    }
}

fn no_such_tag() -> String {
    format!("there are `{CONTROLS}`, `{REASON}`, `{UNTIL}` and `{OWNER}`")
}
