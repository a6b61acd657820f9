//! Numbers of things, as people read them in mails, logs and errors.

use std::fmt::Display;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_no_more_than_one() {
        let counts = [0_usize, 1, 2, 21].map(|number| counted(number, "change"));
        assert_eq!(counts, ["0 changes", "1 change", "2 changes", "21 changes"]);
        assert_eq!([0_u32, 1, 3].map(times), ["0 times", "once", "3 times"]);
    }
}
