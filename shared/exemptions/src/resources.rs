//! What the ARNs of the resources are like that controls are about, so that a pattern that none of them has is refused.

use names::Partition;

/// One place of an ARN.
#[derive(Clone, Copy)]
struct Place {
    takes: Letters,
    may_be_left_out: bool,
}

/// What may stand at a place.
#[derive(Clone, Copy)]
enum Letters {
    One(u8),
    Of(fn(u8) -> bool),
}

/// Whether an ARN that is like `arns`, in whatever partition, may be of this pattern.
pub(crate) fn may_match(arns: &str, pattern: &str) -> bool {
    let mut partitions = Partition::all().iter();
    partitions.any(|partition| may_match_in(*partition, arns, pattern))
}

fn may_match_in(partition: Partition, arns: &str, pattern: &str) -> bool {
    let arns = arns.replace("{partition}", partition.as_str());
    let names_another = match arns.split_once("{region}") {
        Some((head, _)) => is_of_another(partition, head, pattern),
        None => false,
    };
    !names_another && Places::of(&arns, partition).may_match(pattern)
}

/// Whether a pattern names a Region behind this head that another partition claims.
fn is_of_another(partition: Partition, head: &str, pattern: &str) -> bool {
    let Some(region) = pattern.strip_prefix(head) else { return false };
    let others = Partition::all().iter().filter(|other| **other != partition);
    others.filter_map(|other| other.region_prefix()).any(|prefix| region.starts_with(prefix))
}

/// The places of an ARN, in order.
#[derive(Default)]
struct Places(Vec<Place>);

impl Places {
    fn of(arns: &str, partition: Partition) -> Self {
        let mut places = Self::default();
        let mut parts = arns.split(['{', '}']);
        // Every other part stands in braces.
        while let Some(text) = parts.next() {
            places.text(text);
            match parts.next() {
                Some("region") => places.region(partition),
                Some("account") => places.some(is_digit, 12, 12),
                Some("bucket") => places.some(is_of_bucket, 3, 255),
                Some(_) => places.some(is_of_id, 1, 61),
                None => &mut places,
            };
        }
        places
    }

    /// A Region has a hyphen and ends with a number; what those of a partition begin with has one, too.
    fn region(&mut self, partition: Partition) -> &mut Self {
        let region = match partition.region_prefix() {
            Some(prefix) => self.text(prefix),
            None => self.some(is_lowercase, 1, 1).some(is_of_region, 0, 28).text("-"),
        };
        region.some(is_of_region, 0, 28).some(is_digit, 1, 1)
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend(text.bytes().map(|byte| Place { takes: Letters::One(byte), may_be_left_out: false }));
        self
    }

    /// So many letters of a kind.
    fn some(&mut self, kind: fn(u8) -> bool, least: usize, most: usize) -> &mut Self {
        let place = |number| Place { takes: Letters::Of(kind), may_be_left_out: number >= least };
        self.0.extend((0..most).map(place));
        self
    }

    /// Whether the pattern can be filled in so that each place has what it takes: how far it may have come is known after
    /// each of its letters.
    fn may_match(&self, pattern: &str) -> bool {
        let mut reached = vec![false; self.0.len() + 1];
        self.reach(0, &mut reached);
        for byte in pattern.bytes() {
            let before = std::mem::replace(&mut reached, vec![false; self.0.len() + 1]);
            let came_to = before.iter().enumerate().filter(|(_, is_reached)| **is_reached);
            for at in came_to.map(|(at, _)| at) {
                if byte == b'*' {
                    // All that is behind the first place is reached, too.
                    reached.iter_mut().skip(at).for_each(|is_reached| *is_reached = true);
                    break;
                }
                if self.0.get(at).is_some_and(|place| place.may_have(byte)) {
                    self.reach(at + 1, &mut reached);
                }
            }
        }
        reached.last() == Some(&true)
    }

    /// Notes that a place is reached, and with it what comes once it is left out.
    fn reach(&self, from: usize, reached: &mut [bool]) {
        let left_out = self.0.iter().skip(from).take_while(|place| place.may_be_left_out).count();
        reached.iter_mut().skip(from).take(left_out + 1).for_each(|is_reached| *is_reached = true);
    }
}

impl Place {
    fn may_have(self, byte: u8) -> bool {
        byte == b'?'
            || match self.takes {
                Letters::One(own) => own == byte,
                Letters::Of(kind) => kind(byte),
            }
    }
}

fn is_of_bucket(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}

fn is_lowercase(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

fn is_of_region(byte: u8) -> bool {
    is_of_id(byte) || byte == b'-'
}

fn is_of_id(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use crate::CONTROLS;

    #[test]
    fn a_row_of_a_control_has_only_places_that_are_known() {
        for known in CONTROLS {
            let places: Vec<&str> = known.arns.split(['{', '}']).skip(1).step_by(2).collect();
            for place in &places {
                assert!(["partition", "region", "account", "bucket", "id"].contains(place), "{}", known.arns);
            }
            assert_eq!(places.first(), Some(&"partition"), "{}", known.arns);
        }
    }
}
