//! What outsiders reach through access points, which belong to whatever account.

use serde_json::json;

use super::{analysis, everyone, found};
use crate::support::allow;

#[test]
fn an_access_point_need_not_be_of_the_callers_account() {
    for condition in [
        json!({ "StringLike": { "s3:DataAccessPointAccount": "1*" } }),
        json!({ "ArnLike": { "s3:DataAccessPointArn": "arn:aws:s3:*:*:accesspoint/ap" } }),
        json!({ "StringLike": { "s3:DataAccessPointAccount": "1*", "aws:PrincipalAccount": "*" } }),
    ] {
        assert_eq!(found(&allow(json!("*"), condition.clone())), everyone(&["read all"]), "{condition}");
    }
    let other = json!({ "StringLike": { "s3:DataAccessPointAccount": "1*", "aws:PrincipalAccount": "2*" } });
    assert!(found(&allow(json!("*"), other)).contains(&"account read all".to_owned()));
}

#[test]
fn an_access_point_is_of_one_account() {
    let arn = "arn:aws:s3:*:1*:accesspoint/ap";
    for (account, is_public) in [("1*", true), ("*2", true), ("2*", false)] {
        let document = allow(
            json!("*"),
            json!({
                "StringLike": { "s3:DataAccessPointAccount": account },
                "ArnLike": { "s3:DataAccessPointArn": arn },
            }),
        );
        let semantic = analysis(&document).semantic;
        assert_eq!((semantic.public, semantic.bounded), (is_public, false), "{account}");
        let value = |key: &str| semantic.witness.as_ref().map(|witness| witness.context[key][0].clone());
        let held = value("s3:dataaccesspointarn").map(|arn| arn.split(':').nth(4).unwrap().to_owned());
        assert_eq!(held, value("s3:dataaccesspointaccount"), "{account}");
    }
    let but = json!({
        "StringNotLike": { "s3:DataAccessPointAccount": "1*" },
        "ArnLike": { "s3:DataAccessPointArn": arn },
    });
    assert_eq!(found(&allow(json!("*"), but)), Vec::<String>::new());
}

#[test]
fn the_access_points_of_a_named_account_are_not_an_outsiders() {
    let named = json!({
        "ArnLike": { "s3:DataAccessPointArn": ["arn:aws:s3:*:111122223333:accesspoint/*"] },
    });
    assert!(!analysis(&allow(json!("*"), named)).semantic.public);
}
