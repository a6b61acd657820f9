//! A hash for what a search remembers: the texts are those of one policy, and the tables live as long as one question.

use std::hash::{BuildHasherDefault, Hasher};

/// A table of what is remembered.
pub(crate) type Table<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<Mix>>;

/// A set of what is remembered.
pub(crate) type Set<T> = std::collections::HashSet<T, BuildHasherDefault<Mix>>;

/// Multiplies and rotates, a word at a time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mix(u64);

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl Mix {
    fn add(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    }
}

impl Hasher for Mix {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.add(u64::from_le_bytes(*word)));
        let last = rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte));
        if !rest.is_empty() {
            self.add(last);
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.add(number.into());
    }

    fn write_u16(&mut self, number: u16) {
        self.add(number.into());
    }

    fn write_u32(&mut self, number: u32) {
        self.add(number.into());
    }

    fn write_u64(&mut self, number: u64) {
        self.add(number);
    }

    fn write_usize(&mut self, number: usize) {
        self.add(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.add(number.cast_unsigned() as u64);
    }

    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}
