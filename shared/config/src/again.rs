//! Having rules evaluated again.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_StartConfigRulesEvaluation.html>
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRules.html>
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigRuleEvaluationStatus.html>

use std::time::SystemTime;

use aws_sdk_config::types::{ConfigRule as Found, ConfigRuleState, MessageType, Owner};
use evaluations::{ConfigRule, Fires, Reevaluations};
use remediation::CallError;

use crate::ConfigEvaluations;

/// The IAM actions.
mod action {
    pub(super) const RULES: &str = "config:DescribeConfigRules";
    pub(super) const STATUS: &str = "config:DescribeConfigRuleEvaluationStatus";
    pub(super) const START: &str = "config:StartConfigRulesEvaluation";
}

impl Reevaluations for ConfigEvaluations {
    async fn rule(&self, name: &str) -> Result<Option<ConfigRule>, CallError> {
        // One name at a time: one that is gone would fail the whole call.
        match self.0.describe_config_rules().config_rule_names(name).send().await {
            Ok(answer) => Ok(answer.config_rules().first().map(read)),
            Err(error) if aws::code(&error) == Some("NoSuchConfigRuleException") => Ok(None),
            Err(error) => Err(aws::failed(action::RULES, error)),
        }
    }

    async fn evaluated_at(&self, name: &str) -> Result<Option<SystemTime>, CallError> {
        let answer = self.0.describe_config_rule_evaluation_status().config_rule_names(name).send().await;
        let answer = answer.map_err(|error| aws::failed(action::STATUS, error))?;
        let missing = CallError::Incomplete { action: action::STATUS, field: "ConfigRulesEvaluationStatus" };
        let status = answer.config_rules_evaluation_status().first().ok_or(missing)?;
        let tried = [status.last_successful_invocation_time(), status.last_failed_invocation_time()];
        Ok(tried.into_iter().flatten().filter_map(|at| SystemTime::try_from(*at).ok()).max())
    }

    async fn start(&self, name: &str) -> Result<(), CallError> {
        let answer = self.0.start_config_rules_evaluation().config_rule_names(name).send().await;
        answer.map(drop).map_err(|error| aws::failed(action::START, error))
    }
}

fn read(rule: &Found) -> ConfigRule {
    ConfigRule {
        fires: fires(rule),
        service: rule.created_by().map(ToOwned::to_owned),
        // Without a state it is at work.
        is_idle: rule.config_rule_state().is_none_or(|state| *state == ConfigRuleState::Active),
    }
}

/// What makes a rule evaluate. Of a custom one its source says so. Of AWS's own the source is a mere name: one that fires on
/// change has a scope, one that fires on schedule a frequency, and one that does both has both.
fn fires(rule: &Found) -> Fires {
    let Some(source) = rule.source() else { return Fires::Unknown };
    let mut messages = source.source_details().iter().map(|detail| detail.message_type()).peekable();
    if messages.peek().is_some() {
        let is_of_time = |message: Option<&MessageType>| message == Some(&MessageType::ScheduledNotification);
        return if messages.all(is_of_time) { Fires::OnSchedule } else { Fires::OnChange };
    }
    match (rule.scope(), rule.maximum_execution_frequency(), source.owner()) {
        (Some(_), _, Owner::Aws) => Fires::OnChange,
        (None, Some(_), Owner::Aws) => Fires::OnSchedule,
        _ => Fires::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_sdk_config::Client;
    use aws_sdk_config::error::ErrorMetadata;
    use aws_sdk_config::operation::describe_config_rule_evaluation_status::DescribeConfigRuleEvaluationStatusOutput;
    use aws_sdk_config::operation::describe_config_rules::{
        DescribeConfigRulesError, DescribeConfigRulesOutput,
    };
    use aws_sdk_config::operation::start_config_rules_evaluation::{
        StartConfigRulesEvaluationError, StartConfigRulesEvaluationOutput,
    };
    use aws_sdk_config::primitives::DateTime;
    use aws_sdk_config::types::{
        ConfigRuleEvaluationStatus, MaximumExecutionFrequency, Scope, Source, SourceDetail,
    };
    use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
    use remediation::testing::run;

    use super::*;

    fn port(rules: &[&Rule]) -> ConfigEvaluations {
        ConfigEvaluations(mock_client!(aws_sdk_config, RuleMode::MatchAny, rules))
    }

    fn source(owner: Owner, messages: &[MessageType]) -> Source {
        let detail = |message: &MessageType| SourceDetail::builder().message_type(message.clone()).build();
        let details = messages.iter().map(detail).collect();
        Source::builder().owner(owner).set_source_details(Some(details)).build().unwrap()
    }

    fn scope() -> Option<Scope> {
        Some(Scope::builder().compliance_resource_types("AWS::EC2::SecurityGroup").build())
    }

    #[test]
    fn a_rule_is_periodic_where_its_source_or_what_it_has_says_so() {
        let (change, schedule) =
            (MessageType::ConfigurationItemChangeNotification, MessageType::ScheduledNotification);
        let daily = Some(MaximumExecutionFrequency::TwentyFourHours);
        for (source, scope, frequency, expected) in [
            (source(Owner::Aws, &[]), None, daily.clone(), Fires::OnSchedule),
            (source(Owner::Aws, &[]), scope(), None, Fires::OnChange),
            (source(Owner::Aws, &[]), scope(), daily.clone(), Fires::OnChange),
            (source(Owner::Aws, &[]), None, None, Fires::Unknown),
            (source(Owner::CustomLambda, std::slice::from_ref(&schedule)), None, None, Fires::OnSchedule),
            (source(Owner::CustomLambda, std::slice::from_ref(&change)), scope(), None, Fires::OnChange),
            (source(Owner::CustomLambda, &[change, schedule]), scope(), daily.clone(), Fires::OnChange),
            (source(Owner::CustomPolicy, &[]), None, daily, Fires::Unknown),
        ] {
            let rule = Found::builder().source(source).set_scope(scope);
            let rule = rule.set_maximum_execution_frequency(frequency).build();
            assert_eq!(fires(&rule), expected, "{rule:?}");
        }
        assert_eq!(fires(&Found::builder().build()), Fires::Unknown);
    }

    fn answering(rule: Found) -> Rule {
        mock!(Client::describe_config_rules)
            .match_requests(|request| request.config_rule_names() == ["a-rule"])
            .then_output(move || DescribeConfigRulesOutput::builder().config_rules(rule.clone()).build())
    }

    #[test]
    fn what_a_rule_is_comes_from_its_description() {
        let rule = Found::builder()
            .source(source(Owner::Aws, &[]))
            .maximum_execution_frequency(MaximumExecutionFrequency::OneHour);
        let found = ConfigRule { fires: Fires::OnSchedule, service: None, is_idle: true };
        assert_eq!(run(port(&[&answering(rule.clone().build())]).rule("a-rule")), Ok(Some(found.clone())));
        for state in
            [ConfigRuleState::Evaluating, ConfigRuleState::Deleting, ConfigRuleState::DeletingResults]
        {
            let rule = rule.clone().config_rule_state(state).build();
            let busy = ConfigRule { is_idle: false, ..found.clone() };
            assert_eq!(run(port(&[&answering(rule)]).rule("a-rule")), Ok(Some(busy)));
        }
        let service = rule.created_by("securityhub.amazonaws.com").build();
        let of_service = ConfigRule { service: Some("securityhub.amazonaws.com".to_owned()), ..found };
        assert_eq!(run(port(&[&answering(service)]).rule("a-rule")), Ok(Some(of_service)));
    }

    #[test]
    fn a_rule_that_is_gone_is_none_and_a_missing_permission_is_named() {
        let failing = |code: &'static str| {
            mock!(Client::describe_config_rules).then_error(move || {
                DescribeConfigRulesError::generic(ErrorMetadata::builder().code(code).message("no").build())
            })
        };
        assert_eq!(run(port(&[&failing("NoSuchConfigRuleException")]).rule("a-rule")), Ok(None));
        let error = run(port(&[&failing("AccessDeniedException")]).rule("a-rule")).unwrap_err();
        assert_eq!((error.kind(), error.action()), ("access-denied", "config:DescribeConfigRules"));
    }

    #[test]
    fn the_last_try_counts_whether_it_went_well_or_not() {
        let status = |good: Option<i64>, bad: Option<i64>| {
            let status = ConfigRuleEvaluationStatus::builder()
                .set_last_successful_invocation_time(good.map(DateTime::from_secs))
                .set_last_failed_invocation_time(bad.map(DateTime::from_secs))
                .build();
            let status = mock!(Client::describe_config_rule_evaluation_status)
                .match_requests(|request| request.config_rule_names() == ["a-rule"])
                .then_output(move || {
                    DescribeConfigRuleEvaluationStatusOutput::builder()
                        .config_rules_evaluation_status(status.clone())
                        .build()
                });
            run(port(&[&status]).evaluated_at("a-rule"))
        };
        let at = |seconds| Ok(Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)));
        assert_eq!(status(Some(7), None), at(7));
        assert_eq!(status(Some(7), Some(9)), at(9));
        assert_eq!(status(None, None), Ok(None));
        let empty = mock!(Client::describe_config_rule_evaluation_status)
            .then_output(|| DescribeConfigRuleEvaluationStatusOutput::builder().build());
        let error = run(port(&[&empty]).evaluated_at("a-rule")).unwrap_err();
        assert_eq!(error.kind(), "incomplete-answer");
    }

    #[test]
    fn one_rule_is_started_and_what_aws_config_refuses_is_said() {
        let start = mock!(Client::start_config_rules_evaluation)
            .match_requests(|request| request.config_rule_names() == ["a-rule"])
            .then_output(|| StartConfigRulesEvaluationOutput::builder().build());
        assert_eq!(run(port(&[&start]).start("a-rule")), Ok(()));
        for (code, kind) in [
            ("LimitExceededException", "refused"),
            ("ResourceInUseException", "refused"),
            ("AccessDeniedException", "access-denied"),
        ] {
            let refused = mock!(Client::start_config_rules_evaluation).then_error(move || {
                let why = ErrorMetadata::builder().code(code).message("an evaluation is in progress");
                StartConfigRulesEvaluationError::generic(why.build())
            });
            let error = run(port(&[&refused]).start("a-rule")).unwrap_err();
            assert_eq!((error.kind(), error.action()), (kind, "config:StartConfigRulesEvaluation"));
        }
    }
}
