//! What an operator may write about exemptions, and what he is told when it does not fit.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use settings::Settings;

fn complaint(json: &str) -> String {
    Settings::parse("CURFEW_SETTINGS", json).unwrap_err().to_string()
}

#[test]
fn an_exemption_with_one_field_wrong_is_named() {
    const GOOD: &str =
        r#""resource": "arn:aws:s3:::bucket", "controls": ["s3-acl"], "reason": "r", "until": "2027-06-30""#;
    let with = |from: &str, to: &str| {
        assert!(GOOD.contains(from), "{from}");
        GOOD.replace(from, to)
    };
    let and = |more: &str| format!("{GOOD}, {more}");
    let group = |more: &str| {
        let of_group =
            with("arn:aws:s3:::bucket", "arn:aws:ec2:*:*:security-group/*").replace("s3-acl", "sg-ingress");
        format!("{of_group}, {more}")
    };
    for (entry, parts) in [
        (with(r#""resource": "arn:aws:s3:::bucket", "#, ""), ["`exemptions[1]`", "missing field `resource`"]),
        (
            with("arn:aws:s3:::bucket", "b"),
            ["`exemptions[1].resource`", "`b` is not an ARN, or a pattern of ARNs"],
        ),
        (
            with("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"),
            ["`exemptions[1].resource`", "`arn:aws:s3:::bucket/*` is not"],
        ),
        (
            with("arn:aws:s3:::bucket", "arn:aws:iam::210987654321:role/*"),
            ["`exemptions[1].resource`", "`arn:aws:iam::210987654321:role/*` is not"],
        ),
        (
            with("arn:aws:s3:::bucket", "arn:aws:ec2:*:*:security-group/*"),
            ["`exemptions[1]`", "`resource` is of no resource that the control `s3-acl` is about"],
        ),
        (
            with(r#"["s3-acl"]"#, r#"["s3-acl", "sg-ingress"]"#),
            ["`exemptions[1]`", "`resource` is of no resource that the control `sg-ingress` is about"],
        ),
        (with(r#""arn:aws:s3:::bucket""#, "null"), ["`exemptions[1].resource`", "expected an ARN"]),
        (with(r#""controls": ["s3-acl"], "#, ""), ["`exemptions[1]`", "missing field `controls`"]),
        (
            with("s3-acl", "s3_acl"),
            ["`exemptions[1].controls`", "`s3_acl` is no control: there are s3-acl, "],
        ),
        (with(r#"["s3-acl"]"#, "[]"), ["`exemptions[1].controls`", "no control is named"]),
        (with(r#"["s3-acl"]"#, r#""s3-acl""#), ["`exemptions[1].controls`", "`s3-acl` is neither a list"]),
        (with(r#"["s3-acl"]"#, r#"["all", "s3-acl"]"#), ["`exemptions[1].controls`", "`all` stands alone"]),
        (with(r#""reason": "r", "#, ""), ["`exemptions[1]`", "missing field `reason`"]),
        (with(r#""r""#, r#""""#), ["`exemptions[1].reason`", "is not a text of 1 to 256 characters"]),
        (with(r#""r""#, r#"" \n ""#), ["`exemptions[1].reason`", "is not a text of 1 to 256 characters"]),
        (with(r#""r""#, "7"), ["`exemptions[1].reason`", "expected a text"]),
        (with(r#", "until": "2027-06-30""#, ""), ["`exemptions[1]`", "missing field `until`"]),
        (with("2027-06-30", "2027-06-31"), ["`exemptions[1].until`", "`2027-06-31` is not a date"]),
        (with("2027-06-30", "2027-06-30T12:00"), ["`exemptions[1].until`", "or a time in RFC 3339"]),
        (with(r#""2027-06-30""#, "20270630"), ["`exemptions[1].until`", "expected a date"]),
        (and(r#""owner": """#), ["`exemptions[1].owner`", "is not a text"]),
        (and(r#""owner": null"#), ["`exemptions[1].owner`", "expected a text"]),
        (and(r#""untill": "2027-06-30""#), ["`exemptions[1].untill`", "unknown field"]),
        (and(r#""ports": [22]"#), ["`exemptions[1]`", "`ports` means nothing to the control `s3-acl`"]),
        (
            and(r#""sources": ["0.0.0.0/0"]"#),
            ["`exemptions[1]`", "`sources` means nothing to the control `s3-acl`"],
        ),
        (and(r#""sids": ["a"]"#), ["`exemptions[1]`", "`sids` means nothing to the control `s3-acl`"]),
        (
            group(r#""grantees": ["AllUsers"]"#),
            ["`exemptions[1]`", "means nothing to the control `sg-ingress`"],
        ),
        (
            with(r#"["s3-acl"]"#, r#""all", "grantees": ["AllUsers"]"#),
            ["`exemptions[1]`", "`grantees` means nothing to the control `s3-policy`"],
        ),
        (and(r#""grantees": ["Everyone"]"#), ["`exemptions[1].grantees[0]`", "`Everyone`"]),
        (and(r#""grantees": []"#), ["`exemptions[1].grantees`", "exempts nothing"]),
        (and(r#""grantees": null"#), ["`exemptions[1].grantees`", "expected a sequence"]),
        (group(r#""ports": [70000]"#), ["`exemptions[1].ports[0]`", "`70000` is neither a port"]),
        (group(r#""ports": """#), ["`exemptions[1].ports`", "exempts nothing"]),
        (
            group(r#""sources": ["10.0.0.0/99"]"#),
            ["`exemptions[1].sources`", "`10.0.0.0/99` is not an address block"],
        ),
        (group(r#""sources": []"#), ["`exemptions[1].sources`", "exempts nothing"]),
        (
            format!("{}, {}", with("s3-acl", "s3-policy"), r#""sids": [""]"#),
            ["`exemptions[1].sids[0]`", "is not a text"],
        ),
    ] {
        let complaint = complaint(&format!(r#"{{"exemptions": [{{{GOOD}}}, {{{entry}}}]}}"#));
        for part in parts {
            assert!(complaint.contains(part), "{entry}: {complaint}");
        }
    }
}
