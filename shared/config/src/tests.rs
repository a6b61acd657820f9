use std::time::SystemTime;

use aws_sdk_config::error::ErrorMetadata;
use aws_sdk_config::operation::get_compliance_details_by_config_rule::GetComplianceDetailsByConfigRuleOutput;
use aws_sdk_config::operation::put_evaluations::{PutEvaluationsError, PutEvaluationsOutput};
use aws_sdk_config::types::{EvaluationResultIdentifier, EvaluationResultQualifier};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use evaluations::Verdict;
use remediation::testing::{NOW, run};

use super::*;

const TOKEN: Token<'static> = Token { text: "a token", is_test: false };

fn port(rules: &[&Rule]) -> ConfigEvaluations {
    ConfigEvaluations(mock_client!(aws_sdk_config, RuleMode::MatchAny, rules))
}

fn evaluation(id: &str) -> Evaluation {
    Evaluation {
        resource_type: "AWS::S3::Bucket".to_owned(),
        resource_id: id.to_owned(),
        verdict: Verdict::not_applicable("it is gone"),
        ordered_at: SystemTime::UNIX_EPOCH + NOW,
    }
}

fn taking() -> PutEvaluationsOutput {
    PutEvaluationsOutput::builder().build()
}

#[test]
fn an_answer_has_all_that_aws_config_wants_to_know_and_counts() {
    let put = mock!(Client::put_evaluations)
        .match_requests(|request| {
            let [sent] = request.evaluations() else { return false };
            request.result_token() == Some("a token")
                && request.test_mode().is_none()
                && sent.compliance_resource_type() == "AWS::S3::Bucket"
                && sent.compliance_resource_id() == "acme"
                && *sent.compliance_type() == ComplianceType::NotApplicable
                && sent.annotation() == Some("it is gone")
                && *sent.ordering_timestamp() == DateTime::from_millis(1_795_326_067_120)
        })
        .then_output(taking);
    assert_eq!(run(port(&[&put]).put(&TOKEN, &[evaluation("acme")])), Ok(Vec::new()));
}

#[test]
fn an_answer_that_is_a_test_says_so() {
    let put = mock!(Client::put_evaluations)
        .match_requests(|request| request.test_mode() == Some(true))
        .then_output(taking);
    let token = Token { text: "TESTMODE", is_test: true };
    assert_eq!(run(port(&[&put]).put(&token, &[evaluation("acme")])), Ok(Vec::new()));
}

fn refusing(id: &'static str) -> Rule {
    mock!(Client::put_evaluations).then_output(move || {
        let failed = write(&evaluation(id)).unwrap();
        PutEvaluationsOutput::builder().failed_evaluations(failed).build()
    })
}

#[test]
fn what_was_not_taken_is_handed_back_and_nothing_else() {
    let sent = [evaluation("acme"), evaluation("other")];
    let failed = run(port(&[&refusing("other")]).put(&TOKEN, &sent));
    assert_eq!(failed, Ok(vec![evaluation("other")]));
}

#[test]
fn what_was_not_taken_and_not_sent_either_leaves_nothing_certain() {
    let error = run(port(&[&refusing("stranger")]).put(&TOKEN, &[evaluation("acme")])).unwrap_err();
    assert!(error.to_string().contains("`FailedEvaluations`"), "{error}");
}

#[test]
fn a_token_that_is_over_is_refused_and_a_missing_permission_is_named() {
    for (code, kind) in
        [("InvalidResultTokenException", "refused"), ("AccessDeniedException", "access-denied")]
    {
        let put = mock!(Client::put_evaluations).then_error(move || {
            PutEvaluationsError::generic(ErrorMetadata::builder().code(code).message("no").build())
        });
        let error = run(port(&[&put]).put(&TOKEN, &[evaluation("acme")])).unwrap_err();
        assert_eq!((error.kind(), error.action()), (kind, "config:PutEvaluations"));
    }
}

fn page(
    token: Option<&'static str>,
    resource: Option<(&'static str, &'static str)>,
    next: Option<&'static str>,
) -> Rule {
    mock!(Client::get_compliance_details_by_config_rule)
        .match_requests(move |request| {
            let asked = [ComplianceType::Compliant, ComplianceType::NonCompliant];
            request.config_rule_name() == Some("curfew-s3-acl")
                && request.compliance_types() == asked
                && request.next_token() == token
        })
        .then_output(move || {
            let qualifier = resource.map(|(kind, id)| {
                EvaluationResultQualifier::builder().resource_type(kind).resource_id(id).build()
            });
            let identifier =
                EvaluationResultIdentifier::builder().set_evaluation_result_qualifier(qualifier).build();
            GetComplianceDetailsByConfigRuleOutput::builder()
                .evaluation_results(
                    EvaluationResult::builder().evaluation_result_identifier(identifier).build(),
                )
                .set_next_token(next.map(ToOwned::to_owned))
                .build()
        })
}

#[test]
fn what_the_rule_said_before_is_listed_page_by_page() {
    let pages = [
        page(None, Some(("AWS::S3::Bucket", "acme")), Some("more")),
        page(Some("more"), Some(("AWS::EC2::SecurityGroup", "sg-1")), Some("most")),
        page(Some("most"), Some(("AWS::EC2::Instance", "i-1")), None),
    ];
    let known = run(port(&pages.iter().collect::<Vec<_>>()).evaluated("curfew-s3-acl")).unwrap();
    let names: Vec<String> = known.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["S3 bucket acme", "security group sg-1"]);
}

#[test]
fn a_result_about_nothing_is_an_incomplete_answer() {
    let error = run(port(&[&page(None, None, None)]).evaluated("curfew-s3-acl")).unwrap_err();
    assert_eq!(error.kind(), "incomplete-answer");
}
