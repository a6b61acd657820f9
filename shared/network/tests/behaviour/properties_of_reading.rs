//! What holds for everything that is read.

use network::{PortSet, Question, Rule, Span, SpanSet};
use proptest::prelude::*;

use crate::generated::{group, plain_rules};
use crate::given;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_state_before_can_be_rebuilt_from_what_is_written(plain in plain_rules()) {
        let (rules, _) = group(&plain);
        let written = serde_json::to_string(&rules).unwrap();
        prop_assert_eq!(serde_json::from_str::<Vec<Rule>>(&written).unwrap(), rules);
    }

    #[test]
    fn ports_read_back_as_they_were_written(numbers in prop::collection::vec(any::<u16>(), 0..20)) {
        let ports: PortSet = numbers.iter().copied().map(Span::single).collect::<SpanSet<u16>>().into();
        prop_assert_eq!(given::ports(&ports.to_string()), ports);
    }

    #[test]
    fn any_text_is_answered_or_refused(text in "\\PC*", value in "[\\[\\]{}\":,a-zA-Z_0-9/.-]*") {
        let _ = Question::read(&text);
        let document = format!(r#"{{"ip_permissions":[{{"IpProtocol":"{value}","IpRanges":[{value}]}}],"query":{{"protocol":"tcp","port":{value}}}}}"#);
        let _ = Question::read(&document);
    }
}
