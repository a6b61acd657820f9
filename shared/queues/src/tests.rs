use aws_sdk_sqs::error::ErrorMetadata;
use aws_sdk_sqs::operation::get_queue_url::GetQueueUrlOutput;
use aws_sdk_sqs::operation::send_message_batch::{SendMessageBatchError, SendMessageBatchOutput};
use aws_sdk_sqs::types::SendMessageBatchResultEntry;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use events::{AccountId, Region};

use super::*;

const URL: &str = "https://sqs.eu-west-1.amazonaws.com/210987654321/curfew-sg-quarantine";

fn found() -> Rule {
    mock!(Client::get_queue_url)
        .match_requests(|request| {
            request.queue_name() == Some("curfew-sg-quarantine")
                && request.queue_owner_aws_account_id() == Some("210987654321")
        })
        .then_output(|| GetQueueUrlOutput::builder().queue_url(URL).build())
}

/// Takes a call with as many messages as this, which are hidden for so many seconds.
fn taking(count: usize, delay: i32) -> Rule {
    mock!(Client::send_message_batch)
        .match_requests(move |request| {
            request.queue_url() == Some(URL)
                && request.entries().len() == count
                && request.entries().iter().all(|entry| entry.delay_seconds() == Some(delay))
        })
        .then_output(move || answer(count, &[]))
}

fn answer(taken: usize, failed: &[bool]) -> SendMessageBatchOutput {
    let entry = |index: usize| {
        let entry = SendMessageBatchResultEntry::builder().id(index.to_string()).message_id("m");
        entry.md5_of_message_body("d41d8cd98f00b204e9800998ecf8427e").build().unwrap()
    };
    let not_taken = |(index, sender_fault): (usize, &bool)| {
        let entry = BatchResultErrorEntry::builder().id(format!("f{index}")).sender_fault(*sender_fault);
        entry.code("InternalError").message("later").build().unwrap()
    };
    SendMessageBatchOutput::builder()
        .set_successful(Some((0..taken).map(entry).collect()))
        .set_failed(Some(failed.iter().enumerate().map(not_taken).collect()))
        .build()
        .unwrap()
}

fn send(rules: &[&Rule], count: usize, delay: Duration, times: usize) -> Result<(), CallError> {
    let client = mock_client!(aws_sdk_sqs, RuleMode::Sequential, rules);
    let queues = SqsQueues::with_client(client);
    let (account, region) = (AccountId::new("210987654321").unwrap(), Region::new("eu-west-1").unwrap());
    let queue = Queue { account, region, name: "curfew-sg-quarantine".to_owned() };
    let bodies: Vec<String> = (0..count).map(|index| format!("body {index}")).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for _ in 0..times {
            queues.send(&queue, &bodies, delay).await?;
        }
        Ok(())
    })
}

#[test]
fn ten_messages_go_in_one_call_and_the_queue_is_looked_up_once() {
    let (found, ten, three) = (found(), taking(10, 0), taking(3, 0));
    let (ten_again, three_again) = (taking(10, 0), taking(3, 0));
    send(&[&found, &ten, &three, &ten_again, &three_again], 13, Duration::ZERO, 2).unwrap();
    assert_eq!(found.num_calls(), 1);
    assert_eq!([&ten, &three, &ten_again, &three_again].map(Rule::num_calls), [1; 4]);
}

#[test]
fn a_message_that_is_to_come_later_is_hidden_as_long() {
    send(&[&found(), &taking(1, 300)], 1, Duration::from_secs(300), 1).unwrap();
}

#[test]
fn one_message_that_was_not_taken_is_an_error_that_says_whether_another_try_helps() {
    for (sender_fault, is_passing) in [(true, false), (false, true)] {
        let half = mock!(Client::send_message_batch).then_output(move || answer(1, &[sender_fault]));
        let error = send(&[&found(), &half], 2, Duration::ZERO, 1).unwrap_err();
        assert_eq!((error.is_passing(), error.action()), (is_passing, "sqs:SendMessage"));
        assert!(error.to_string().contains("(InternalError): later"), "{error}");
    }
}

#[test]
fn an_answer_that_leaves_a_message_out_is_an_error() {
    let one = mock!(Client::send_message_batch).then_output(|| answer(1, &[]));
    let error = send(&[&found(), &one], 2, Duration::ZERO, 1).unwrap_err();
    assert_eq!(error, CallError::Incomplete { action: "sqs:SendMessage", field: "Successful" });
}

#[test]
fn a_missing_permission_is_told_from_a_throttle() {
    for (code, kind) in [("AccessDenied", "access-denied"), ("RequestThrottled", "unavailable")] {
        let refusing = mock!(Client::send_message_batch).then_error(move || {
            SendMessageBatchError::generic(ErrorMetadata::builder().code(code).message("no").build())
        });
        let error = send(&[&found(), &refusing], 1, Duration::ZERO, 1).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}
