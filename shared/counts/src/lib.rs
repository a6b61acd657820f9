//! Numbers of things, as people read them in mails, logs and errors.

use std::fmt::Display;
use std::time::Duration;

/// So many things: `1 resource`, `2 resources`. `noun` is a word, or some, that an `s` makes more of.
#[must_use]
pub fn counted<N: Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    let ending = if number == N::from(1) { "" } else { "s" };
    format!("{number} {noun}{ending}")
}

/// So many times: `once`, `3 times`.
#[must_use]
pub fn times<N: Display + PartialEq + From<u8>>(number: N) -> String {
    if number == N::from(1) { "once".to_owned() } else { counted(number, "time") }
}

/// A time as people read it, such as `41.0 s` or `3 h 20 min`: what is smaller does not matter there.
#[must_use]
pub fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match (hours, minutes) {
        (48.., _) => counted(hours / 24, "day"),
        (1.., _) => format!("{hours} h {} min", minutes % 60),
        (_, 1..) => format!("{minutes} min {} s", seconds % 60),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_more_than_one() {
        let counts = [0_usize, 1, 2, 21].map(|number| counted(number, "change"));
        assert_eq!(counts, ["0 changes", "1 change", "2 changes", "21 changes"]);
        assert_eq!([0_u32, 1, 3].map(times), ["0 times", "once", "3 times"]);
    }

    #[test]
    fn a_span_has_two_units_at_most() {
        let spans = [250, 41_000, 61_000, 12_000_000, 172_799_000, 172_800_000];
        let spans = spans.map(|millis| span(Duration::from_millis(millis)));
        assert_eq!(spans, ["0.2 s", "41.0 s", "1 min 1 s", "3 h 20 min", "47 h 59 min", "2 days"]);
    }
}
