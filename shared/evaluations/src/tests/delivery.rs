use std::cell::RefCell;
use std::time::SystemTime;

use events::Resource;
use remediation::testing::run;
use remediation::{CallError, Denied};

use crate::{Evaluation, Evaluations, NotTaken, Token, Verdict, deliver};

/// AWS Config, which does not take some of what it gets.
#[derive(Default)]
struct Config {
    /// How often it does not take the evaluation of a resource.
    refuses: RefCell<Vec<(&'static str, usize)>>,
    /// Whether it refuses all of a batch that has this resource in it.
    denies: Option<&'static str>,
    batches: RefCell<Vec<Vec<String>>>,
}

fn denied() -> CallError {
    CallError::Denied(Denied { action: "config:PutEvaluations", message: "no".to_owned() })
}

impl Evaluations for Config {
    async fn put(&self, _: &Token<'_>, evaluations: &[Evaluation]) -> Result<Vec<Evaluation>, CallError> {
        let ids = evaluations.iter().map(|one| one.resource_id.clone()).collect();
        self.batches.borrow_mut().push(ids);
        if evaluations.iter().any(|one| Some(one.resource_id.as_str()) == self.denies) {
            return Err(denied());
        }
        let mut refuses = self.refuses.borrow_mut();
        let mut is_refused = |one: &&Evaluation| {
            let times = refuses.iter_mut().find(|(id, times)| *id == one.resource_id && *times > 0);
            times.map(|(_, times)| *times -= 1).is_some()
        };
        Ok(evaluations.iter().filter(|one| is_refused(one)).cloned().collect())
    }

    async fn evaluated(&self, _: &str) -> Result<Vec<Resource>, CallError> {
        Ok(Vec::new())
    }
}

fn evaluations(count: usize) -> Vec<Evaluation> {
    let one = |number| Evaluation {
        resource_type: "AWS::S3::Bucket".to_owned(),
        resource_id: format!("acme-{number}"),
        verdict: Verdict::not_applicable("it is gone"),
        ordered_at: SystemTime::UNIX_EPOCH,
    };
    (0..count).map(one).collect()
}

fn sent(config: &Config, count: usize) -> Result<(), NotTaken> {
    run(deliver(config, &Token { text: "a token", is_test: false }, &evaluations(count)))
}

#[test]
fn a_hundred_go_at_once() {
    let config = Config::default();
    sent(&config, 205).unwrap();
    let sizes: Vec<usize> = config.batches.borrow().iter().map(Vec::len).collect();
    assert_eq!(sizes, [100, 100, 5]);
    let config = Config::default();
    sent(&config, 0).unwrap();
    assert!(config.batches.borrow().is_empty());
}

#[test]
fn what_is_not_taken_is_sent_once_more_and_nothing_else() {
    let config = Config { refuses: RefCell::new(vec![("acme-1", 1)]), ..Config::default() };
    sent(&config, 3).unwrap();
    assert_eq!(*config.batches.borrow(), [vec!["acme-0", "acme-1", "acme-2"], vec!["acme-1"]]);
}

#[test]
fn what_is_not_taken_twice_is_an_error_that_names_it() {
    let config = Config { refuses: RefCell::new(vec![("acme-1", 2)]), ..Config::default() };
    let error = sent(&config, 3).unwrap_err();
    assert_eq!(error.resources, ["acme-1"]);
    let words = "AWS Config did not take the evaluation of acme-1, not when it was sent again either";
    assert_eq!(error.to_string(), words);
    assert_eq!(config.batches.borrow().len(), 2);
}

#[test]
fn a_batch_that_does_not_get_there_keeps_none_of_the_others() {
    let config = Config { denies: Some("acme-150"), ..Config::default() };
    let error = sent(&config, 205).unwrap_err();
    assert_eq!((error.resources.len(), error.error.clone()), (100, Some(denied())));
    assert_eq!(config.batches.borrow().len(), 3);
    let words = error.to_string();
    assert!(words.contains("acme-100, acme-101, acme-102 and of 97 more: access denied"), "{words}");
}
