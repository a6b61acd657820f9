//! The words beside an evaluation, which AWS Config shows.

use std::fmt;

/// The longest annotation that AWS Config takes, in characters; those outside the Basic Multilingual Plane count twice
/// here, since nobody says how it counts them.
const LONGEST: usize = 256;

/// What joins two sentences.
const JOINT: &str = "; ";

/// The end of a sentence that was cut.
const CUT: &str = "...";

/// The words beside an evaluation: at least one character, and no more than AWS Config takes, on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation(String);

impl Annotation {
    /// As many of these sentences as fit, the most important ones first, and how many more there are; and behind them the
    /// `note`, which is never left out. `None` where there is nothing to say.
    #[must_use]
    pub fn of(sentences: &[String], note: Option<&str>) -> Option<Self> {
        let sentences: Vec<String> = sentences.iter().map(|text| on_one_line(text)).collect();
        let note = note.map(on_one_line);
        let Some(first) = sentences.first().filter(|first| !first.is_empty()) else {
            return note.map(|note| Self(beginning(&note, LONGEST)));
        };
        let end = |left: usize| {
            let more = (left > 0).then(|| format!("{JOINT}and {left} more"));
            let note = note.as_ref().map(|note| format!("{JOINT}{note}"));
            more.unwrap_or_default() + &note.unwrap_or_default()
        };
        // Shorter than its joint no sentence is.
        let most = sentences.len().min(LONGEST / JOINT.len());
        let mut whole = (1..=most).rev().map(|count| {
            let shown: Vec<&str> = sentences.iter().take(count).map(String::as_str).collect();
            shown.join(JOINT) + &end(sentences.len() - count)
        });
        let fits = whole.find(|text| length(text) <= LONGEST);
        Some(Self(fits.unwrap_or_else(|| {
            let end = end(sentences.len() - 1);
            let room = LONGEST.saturating_sub(length(CUT) + length(&end));
            beginning(&format!("{}{CUT}{end}", beginning(first, room).trim_end()), LONGEST)
        })))
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Annotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn length(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// As much of a text as fits into so much room.
fn beginning(text: &str, room: usize) -> String {
    let mut left = room;
    let fits = |character: &char| {
        let rest = left.checked_sub(character.len_utf16());
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    text.chars().take_while(fits).collect()
}

fn on_one_line(text: &str) -> String {
    text.trim().chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
