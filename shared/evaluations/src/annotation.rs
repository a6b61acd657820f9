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
    /// As many of these sentences as fit, the most important ones first, and how many more there are; `None` of none.
    #[must_use]
    pub fn of(sentences: &[String]) -> Option<Self> {
        let sentences: Vec<String> = sentences.iter().map(|text| on_one_line(text)).collect();
        let first = sentences.first().filter(|first| !first.is_empty())?;
        // Shorter than this no sentence is with its joint.
        let most = sentences.len().min(LONGEST / JOINT.len());
        let whole = (1..=most).rev().map(|count| {
            let shown: Vec<&str> = sentences.iter().take(count).map(String::as_str).collect();
            format!("{}{}", shown.join(JOINT), more(sentences.len() - count))
        });
        let fits = whole.into_iter().find(|text| length(text) <= LONGEST);
        Some(Self(fits.unwrap_or_else(|| {
            let more = more(sentences.len() - 1);
            let room = LONGEST - length(CUT) - length(&more);
            format!("{}{CUT}{more}", beginning(first, room).trim_end())
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

fn more(left: usize) -> String {
    if left == 0 { String::new() } else { format!("{JOINT}and {left} more") }
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
