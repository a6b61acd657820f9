//! A plain-text mail in the making.
//!
//! Much of what a mail says others wrote: the names, tags, policies and rules of resources, and the answers of AWS.
//!
//! INVARIANT: a line that is not indented begins with words of Curfew's. Nothing that others wrote begins a line of its own.

use std::fmt::Write;

use crate::cut;

/// What keeps a line of a block from looking like a title.
const INDENT: &str = "  ";

/// A plain-text mail in the making.
#[derive(Default)]
pub(crate) struct Text(String);

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl Text {
    /// A line, and no more than one.
    pub(crate) fn line(&mut self, line: &str) {
        self.push(&on_one_line(line));
    }

    pub(crate) fn title(&mut self, title: &str) {
        self.push("");
        self.line(&title.to_uppercase());
    }

    pub(crate) fn list(&mut self, items: Vec<String>, if_empty: &str, limit: usize) {
        if items.is_empty() && !if_empty.is_empty() {
            self.line(&format!("  {if_empty}"));
        }
        let (kept, left_out) = cut::items(items, limit);
        for item in kept {
            self.line(&format!("  - {item}"));
        }
        if left_out > 0 {
            self.line(&format!("  - and {left_out} more [{}]", cut::WHOLE));
        }
    }

    /// Several lines as they are, all of them indented.
    pub(crate) fn block(&mut self, block: &str, limit: usize) {
        self.push(&cut::text(&indented(block), limit));
    }

    fn push(&mut self, lines: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.0, "{lines}");
    }
}

/// `text` with a blank in the place of what breaks lines, does not print, or turns the direction of reading.
pub(crate) fn on_one_line(text: &str) -> String {
    let body = text.trim_start_matches(' ');
    let (indent, _) = text.split_at(text.len() - body.len());
    let pieces: Vec<&str> = body.split(misleads).collect();
    match pieces.as_slice() {
        [whole] => format!("{indent}{whole}"),
        pieces => {
            let words = pieces.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty());
            format!("{indent}{}", words.collect::<Vec<_>>().join(" "))
        }
    }
}

/// The lines of `block`, each with what does not print as JSON escapes it: so a policy stays the same policy.
fn indented(block: &str) -> String {
    let lines: Vec<String> = block.split('\n').map(escaped).collect();
    let is_indented = |line: &String| line.is_empty() || line.starts_with(INDENT);
    let indent = if lines.iter().all(is_indented) { "" } else { INDENT };
    let line = |line: &String| if line.is_empty() { String::new() } else { format!("{indent}{line}") };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn escaped(line: &str) -> String {
    line.chars().fold(String::with_capacity(line.len()), |mut escaped, letter| {
        if misleads(letter) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(letter));
        } else {
            escaped.push(letter);
        }
        escaped
    })
}

/// Whether a mail reader may break the line at it, show nothing, or show what follows in another order.
fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{061c}' | '\u{feff}')
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
