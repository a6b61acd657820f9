//! What holds for everything that is read.

use exposure::Question;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered_or_refused(text in "\\PC*", value in "[\\[\\]{}\":,a-zA-Z_0-9/.-]*") {
        let _ = Question::read(&text);
        let document = format!(r#"{{"ip_permissions":[{{"IpProtocol":"{value}","IpRanges":[{value}]}}],"query":{{"protocol":"tcp","port":{value}}}}}"#);
        let _ = Question::read(&document);
    }
}
