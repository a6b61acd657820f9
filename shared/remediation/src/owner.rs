//! Who owns a resource, by its tags: whom its mails are for.

use crate::Tags;

/// The keys of tags that name an owner, in whatever case, the first one first.
const KEYS: [&str; 2] = ["owner", "team"];

/// How long a name may be, in characters: as long as a tag's value may be.
const LONGEST: usize = 256;

/// The owner that a resource's tags name; `None` where they name none.
pub(crate) fn owner(tags: &Tags) -> Option<String> {
    let of_key =
        |key: &str| tags.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    let named = |key: &str| of_key(key).map(|value| on_one_line(value)).filter(|name| !name.is_empty());
    KEYS.into_iter().find_map(named)
}

/// Tags are written by others: none makes a line of its own in a mail.
fn on_one_line(value: &str) -> String {
    let words: Vec<&str> =
        value.split(|letter: char| letter.is_whitespace() || letter.is_control()).collect();
    words
        .into_iter()
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_named_by_the_first_of_the_known_tags_in_whatever_case() {
        for (tags, named) in [
            (vec![], None),
            (vec![("Name", "web")], None),
            (vec![("OWNER", "web@example.com"), ("team", "web")], Some("web@example.com")),
            (vec![("Team", "web"), ("owner", " \t")], Some("web")),
            (vec![("owners", "web")], None),
        ] {
            let tags: Tags =
                tags.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
            assert_eq!(owner(&tags).as_deref(), named, "{tags:?}");
        }
    }

    #[test]
    fn a_name_is_on_one_line_and_not_long() {
        let of =
            |value: &str| owner(&Tags::from([("owner".to_owned(), value.to_owned())])).unwrap_or_default();
        assert_eq!(of("web\n\nWHAT CURFEW DID\r\u{1}  nothing"), "web WHAT CURFEW DID nothing");
        assert_eq!(of(&"x".repeat(1_000)).len(), 256);
    }
}
