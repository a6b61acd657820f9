use aws_sdk_ssm::error::ErrorMetadata;
use aws_sdk_ssm::operation::get_parameter::{GetParameterError, GetParameterOutput};
use aws_sdk_ssm::types::Parameter;
use aws_sdk_ssm::types::error::ParameterNotFound;
use aws_smithy_mocks::{Rule, mock, mock_client};
use remediation::Mode;
use settings::SettingsSource;

use super::*;

fn holding(value: &'static str) -> Rule {
    mock!(Client::get_parameter)
        .match_requests(|request| request.name() == Some("/curfew/settings"))
        .then_output(move || {
            GetParameterOutput::builder()
                .parameter(Parameter::builder().version(7).value(value).build())
                .build()
        })
}

fn refusing(code: &'static str) -> Rule {
    mock!(Client::get_parameter).then_error(move || {
        GetParameterError::generic(ErrorMetadata::builder().code(code).message("no").build())
    })
}

fn read(rule: &Rule) -> Result<Settings, SettingsNotRead> {
    let client = mock_client!(aws_sdk_ssm, [rule]);
    let parameter = SettingsParameter::with_client(client, "/curfew/settings");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(parameter.settings())
}

#[test]
fn the_parameters_value_is_the_settings() {
    let settings = read(&holding(r#"{"version": 1, "mode": "observe"}"#)).unwrap();
    assert_eq!(settings.mode, Mode::Observe);
    assert_eq!(settings.written, Some(7));
}

#[test]
fn a_value_that_cannot_be_right_is_named_with_its_key_and_its_parameter() {
    let error = read(&holding(r#"{"mode": "off"}"#)).unwrap_err();
    assert_eq!(error.written(), Some(7));
    let error = error.to_string();
    assert!(error.starts_with("the parameter `/curfew/settings` cannot be used: `mode`: "), "{error}");
}

#[test]
fn a_missing_permission_is_told_from_a_throttle_and_from_a_missing_parameter() {
    let denied = read(&refusing("AccessDeniedException")).unwrap_err();
    assert!(matches!(denied, SettingsNotRead::Unread(CallError::Denied(_))), "{denied}");
    let throttled = read(&refusing("ThrottlingException")).unwrap_err();
    assert!(matches!(throttled, SettingsNotRead::Unread(CallError::Passing { .. })), "{throttled}");
    let missing = mock!(Client::get_parameter).then_error(|| {
        let meta = ErrorMetadata::builder().code("ParameterNotFound").message("no").build();
        GetParameterError::ParameterNotFound(ParameterNotFound::builder().meta(meta).build())
    });
    let missing = read(&missing).unwrap_err().to_string();
    assert!(missing.contains("`ssm:GetParameter` was refused (ParameterNotFound)"), "{missing}");
}

#[test]
fn an_answer_without_a_value_is_no_settings() {
    let empty = mock!(Client::get_parameter).then_output(|| GetParameterOutput::builder().build());
    let error = read(&empty).unwrap_err().to_string();
    assert!(error.contains("`Parameter.Value`"), "{error}");
}
