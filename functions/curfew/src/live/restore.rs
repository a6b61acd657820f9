//! Has the function `restore` put back what a record says was changed, and shows what it answers.

use std::time::Duration;

use aws_sdk_lambda::primitives::Blob;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use events::Region;
use serde_json::{Value, json};

use super::refused::not_asked;
use super::signed_in::Identity;
use super::{SignedIn, region_of, wait};
use crate::arguments::Restore;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// Longer than the function may take, so that its answer is waited for.
const LONGEST: Duration = Duration::from_secs(90);

/// What is shown of an answer, in this order.
const SHOWN: [(&str, &str); 9] = [
    ("planned", "would do"),
    ("changes", "done"),
    ("unnoted", "done, though no answer said so"),
    ("changed_since", "changed since"),
    ("hindrances", "in the way"),
    ("lost", "cannot come back"),
    ("left", "not back yet"),
    ("stays", "stays"),
    ("untold", "what nobody was told of"),
];

/// What to do about what is not all back.
const AGAIN: &str = "The same command again does what is left.";

/// What the function answers.
struct Answer {
    said: Value,
    /// Whether it is an error of the function's.
    is_error: bool,
}

/// For programs the answer is printed as it is, an error of the function's too.
pub(crate) fn run(asked: &Restore, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let Answer { said, is_error } = wait(ask(asked, console))?;
    if console.json {
        console.print(&said)?;
    }
    if is_error {
        return Err(of_error(&said));
    }
    if !console.json {
        for line in shown(&said) {
            console.say(&line, |_| console::PLAIN)?;
        }
    }
    let ending = text(&said, "ending").unwrap_or_default();
    let Some(words) = done(ending, &said) else { return Err(trouble(ending, &said)) };
    if !console.json {
        console.say(&format!("{words}\n"), |_| console::GOOD)?;
    }
    Ok(Ending::Done)
}

/// Asks, with the word of AWS for who asks: the function itself does not know its caller.
async fn ask(asked: &Restore, console: &mut Console<'_>) -> Result<Answer, Trouble> {
    let signed_in = SignedIn::at(&asked.deployment.place, meant(asked)).await?;
    let Identity { account, arn } = signed_in.identity().await?;
    // Whoever meant another account sees it before anything changes.
    console.note(&format!("{}  account {account}, as {arn}", signed_in.region));
    if let Some(meant) = asked.account.as_ref().filter(|meant| **meant != account) {
        let what = format!("these credentials are for account {account}, not for {meant}");
        return Err(failed(Ending::NotRestored, what).with("Nothing was changed."));
    }
    let payload = payload(asked, asked.claimed_by.as_ref().unwrap_or(&arn)).to_string();
    let waiting = TimeoutConfig::builder().operation_attempt_timeout(LONGEST).build();
    // What may be at work already is not asked for a second time.
    let config = aws_sdk_lambda::config::Builder::from(&signed_in.sdk)
        .timeout_config(waiting)
        .retry_config(RetryConfig::disabled());
    let client = aws_sdk_lambda::Client::from_conf(config.build());
    let answer = client
        .invoke()
        .function_name(format!("{}-restore", asked.deployment.prefix))
        .qualifier("live")
        .payload(Blob::new(payload))
        .send()
        .await
        .map_err(|error| signed_in.refused(&aws::failed("lambda:InvokeFunction", error)))?;
    let said = answer.payload.as_ref().map(|blob| serde_json::from_slice(blob.as_ref()));
    let said = said.and_then(Result::ok).ok_or_else(|| not_asked("the function's answer is no JSON"))?;
    Ok(Answer { said, is_error: answer.function_error.is_some() })
}

fn meant(asked: &Restore) -> Option<Region> {
    let of_record = asked.record.as_ref().and_then(|record| record.split_once('@'));
    region_of(of_record.map(|(_, arn)| arn).or(asked.resource.as_deref())?)
}

fn payload(asked: &Restore, claimed_by: &str) -> Value {
    let mut payload = json!({ "claimed_by": claimed_by, "dry_run": asked.dry_run, "force": asked.force });
    let words = [("record", &asked.record), ("resource", &asked.resource), ("reason", &asked.reason)];
    if let Value::Object(payload) = &mut payload {
        let said = words.into_iter().filter_map(|(key, word)| Some((key, word.as_ref()?)));
        payload.extend(said.map(|(key, word)| (key.to_owned(), json!(word))));
    }
    payload
}

/// The lists of an answer, a line each entry.
fn shown(said: &Value) -> Vec<String> {
    let is_ahead = ["planned", "refused"].contains(&text(said, "ending").unwrap_or_default());
    let lists = SHOWN.iter().filter(|(key, _)| *key != "planned" || is_ahead);
    lists.flat_map(|(key, title)| list(said, key).map(move |line| format!("{title:<32} {line}\n"))).collect()
}

/// How it ended well; `None` where it did not.
fn done(ending: &str, said: &Value) -> Option<String> {
    let nothing_done = list(said, "changes").next().is_none() && list(said, "unnoted").next().is_none();
    let words = match ending {
        "planned" => "Nothing was changed: this is what would be done.",
        "nothing-to-do" => "Nothing is left to put back.",
        "restored" if nothing_done => "It was back already: nothing was changed.",
        "restored" => "Put back, and read again.",
        _ => return None,
    };
    let until = text(said, "left_alone_until");
    Some(
        until.map_or_else(
            || words.to_owned(),
            |until| format!("{words} Curfew leaves it alone until {until}."),
        ),
    )
}

/// What an error means. One of the function's own comes before any change; where Lambda ended the function, as it does to one
/// that takes too long, a part may be back.
fn of_error(said: &Value) -> Trouble {
    let why = text(said, "errorMessage").map_or_else(|| said.to_string(), ToOwned::to_owned);
    if text(said, "errorType").is_some_and(|kind| kind.starts_with("Curfew.")) {
        return failed(Ending::NotRestored, format!("nothing was put back: {why}"));
    }
    let what = format!("the function was cut off, and nobody knows yet how much was put back: {why}");
    failed(Ending::HalfRestored, what).with(AGAIN)
}

/// Why it did not end well, and what to do.
fn trouble(ending: &str, said: &Value) -> Trouble {
    let joined = |key| list(said, key).collect::<Vec<_>>().join("; ");
    match ending {
        "refused" if list(said, "hindrances").next().is_some() => {
            let what =
                format!("nothing was changed, since something is in the way: {}", joined("hindrances"));
            failed(Ending::NotRestored, what).with("Take out of the way what is named, and ask again.")
        }
        "refused" => {
            let what = format!("nothing was changed, since others did since: {}", joined("changed_since"));
            failed(Ending::NotRestored, what)
                .with("--force (FORCE=yes with make) puts it back and keeps what others changed.")
        }
        "busy" => {
            let what = match text(said, "busy_until") {
                Some(until) => format!("another invocation is at work on it, until {until} at the latest"),
                None => "another invocation was at work on it at the same moment".to_owned(),
            };
            failed(Ending::NotRestored, format!("nothing was changed: {what}")).with(AGAIN)
        }
        "changed-meanwhile" => {
            let what = "nothing was changed, since the resource was not as it had been read a moment before";
            failed(Ending::NotRestored, what.to_owned()).with(AGAIN)
        }
        "gone" => failed(Ending::NotRestored, "the resource is gone".to_owned())
            .with("What does not exist any more has to be made anew: its record says what it was like."),
        _ => {
            let why = text(said, "error").unwrap_or("not all is back");
            failed(Ending::HalfRestored, format!("it ended as `{ending}`: {why}")).with(AGAIN)
        }
    }
}

fn failed(ending: Ending, what: String) -> Trouble {
    Trouble::Told { ending, what, advice: None }
}

fn text<'a>(said: &'a Value, key: &str) -> Option<&'a str> {
    said.get(key)?.as_str()
}

fn list<'a>(said: &'a Value, key: &str) -> impl Iterator<Item = &'a str> {
    said.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
