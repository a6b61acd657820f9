//! What all pages have in common that people open in a browser: each is one file, and no request leaves it.
//!
//! A page has a [`STYLE`] and, where it has a table to sort and filter, a [`SCRIPT`]; `script.js` says what that needs of the
//! table. Both stand in the page as they are. All else that a page says is escaped by its template.

/// What the browser lets such a page do: show itself. It cannot ask anybody for anything.
pub const SECURITY_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// How pages look: in light, in the dark, narrow, and on paper.
pub const STYLE: &str = include_str!("style.css");

/// Sorts and filters the table of a page.
pub const SCRIPT: &str = include_str!("script.js");

#[cfg(test)]
mod tests {
    use super::{SCRIPT, STYLE};

    #[test]
    fn neither_ends_the_element_that_it_stands_in_nor_asks_for_anything_else() {
        for text in [STYLE, SCRIPT] {
            for word in
                ["</", "<!--", "url(", "@import", "fetch(", "XMLHttpRequest", "import(", "eval(", "innerHTML"]
            {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
