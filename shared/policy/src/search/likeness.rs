//! Texts that match a pattern and look like a usual value of the same part.

use crate::pattern::{Pattern, Token};

/// How many segments of an ARN end in a colon.
const SEGMENTS: usize = 5;

/// What stands for a wildcard that a usual ARN has nothing for.
const FILLING: &str = "example";

/// An ARN that matches a pattern, with the segments of a usual one where the pattern leaves them open. It need not match
/// what else is demanded. `None` where the pattern is of no ARN, or holds an undecided variable.
pub(crate) fn arn_like(pattern: &Pattern, usual: &str) -> Option<String> {
    if pattern.is_open() {
        return None;
    }
    let segments = segments(pattern.tokens());
    let own: Vec<&str> = usual.splitn(SEGMENTS + 1, ':').collect();
    let (last, first) = segments.split_last()?;
    if own.len() != SEGMENTS + 1 || first.is_empty() || first.len() > SEGMENTS {
        return None;
    }
    let mut texts = Vec::new();
    for (segment, own) in first.iter().zip(&own) {
        texts.push(if is_wildcard(segment) { (*own).to_owned() } else { filled(segment) });
    }
    if first.len() == SEGMENTS {
        texts.push(if is_wildcard(last) { (*own.last()?).to_owned() } else { filled(last) });
    } else if is_wildcard(last) {
        // A wildcard at the end stands for all segments that follow.
        texts.extend(own.iter().skip(first.len()).map(|own| (*own).to_owned()));
    } else {
        return None;
    }
    Some(texts.join(":"))
}

/// The tokens between colons; what follows the last colon of an ARN is one segment.
fn segments(tokens: &[Token]) -> Vec<&[Token]> {
    tokens.splitn(SEGMENTS + 1, |token| matches!(token, Token::Char(':'))).collect()
}

/// Whether a segment is a wildcard and nothing else.
fn is_wildcard(segment: &[Token]) -> bool {
    matches!(segment, [Token::Many(_)])
}

/// A text of a segment.
fn filled(segment: &[Token]) -> String {
    let mut text = String::new();
    for token in segment {
        match token {
            Token::Char(character) | Token::Fold(character) => text.push(*character),
            Token::One(_) => text.push('x'),
            Token::Many(_) => text.push_str(FILLING),
        }
    }
    text
}
