//! Blocks as text.

use addresses::parse_block;

#[test]
fn a_block_is_read_in_any_spelling() {
    for (text, block) in [
        ("10.0.0.5/8", "10.0.0.5/8"),
        (" 8.8.8.8 ", "8.8.8.8/32"),
        ("2001:0DB8:0:0::/32", "2001:db8::/32"),
        ("::1", "::1/128"),
        ("::ffff:10.0.0.5/104", "::ffff:10.0.0.5/104"),
    ] {
        assert_eq!(parse_block(text).map(|block| block.to_string()), Ok(block.to_owned()));
    }
}

#[test]
fn what_is_no_block_is_refused_by_name() {
    for text in ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/255.0.0.0", "world"] {
        let error = parse_block(text).map_err(|error| error.to_string());
        assert_eq!(error, Err(format!("`{text}` is not an address block")));
    }
}
