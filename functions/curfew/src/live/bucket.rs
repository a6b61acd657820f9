//! The policy of a bucket as it is now, with what blocks it.

use buckets::{PolicyAssessment, S3Policy, S3PolicySettings};
use events::{BucketName, Region};
use policy::explain_text;
use remediation::{Describe, Found, Judge, Target};
use s3::S3BucketPolicies;
use serde_json::{Map, Value, json};

use super::refused::{not_asked, unread, words};
use super::{SignedIn, wait};
use crate::arguments::Explain;
use crate::console::{self, Console};
use crate::explain;
use crate::trouble::{Ending, Trouble};

type Policies = S3Policy<S3BucketPolicies>;

/// What was read of a bucket, where it is, and what the control makes of it.
struct Seen {
    control: Policies,
    found: Found<Policies>,
    region: Region,
}

/// Explains it for a person, or for programs with what S3 says about it.
pub(crate) fn explain(
    name: &BucketName,
    asked: &Explain,
    console: &mut Console<'_>,
) -> Result<Ending, Trouble> {
    let seen = wait(look(name, asked))?;
    let assessment = &seen.found.assessment;
    if console.json {
        console.print(&facts(assessment, &seen.region))?;
    } else {
        say(name, &seen, console)?;
    }
    for part in &seen.found.unread {
        console.complain(&unread(part));
    }
    Ok(if seen.found.unread.is_empty() { Ending::Done } else { Ending::Unread })
}

async fn look(name: &BucketName, asked: &Explain) -> Result<Seen, Trouble> {
    let signed_in = SignedIn::at(&asked.place, None).await?;
    let account = match &asked.account {
        Some(account) => account.clone(),
        None => signed_in.identity().await?.account,
    };
    let refused = |error| signed_in.refused(&error);
    let gone = || {
        not_asked(format!("there is no bucket `{name}`"))
            .with("Is its name right, and does --profile know its partition?")
    };
    let region = s3::region_of(&signed_in.sdk, name).await.map_err(refused)?.ok_or_else(gone)?;
    let target = Target { id: name, account: &account, region: &region };
    let control = S3Policy::new(S3BucketPolicies::new(&signed_in.sdk), S3PolicySettings::default());
    let state = control.read(&target).await.map_err(refused)?.ok_or_else(gone)?;
    let assessment = control.assess(&state, explain::moment(asked));
    let unread = state.policy.as_ref().map_or_else(Vec::new, |_| control.unread(&state, &assessment));
    let found = Found { state, written: Value::Null, assessment, plan: None, unread };
    Ok(Seen { control, found, region })
}

fn say(name: &BucketName, seen: &Seen, console: &mut Console<'_>) -> Result<(), Trouble> {
    let assessment = &seen.found.assessment;
    if assessment.state.policy.is_none() {
        let text = format!("`{name}` has no policy, so nobody is let in by one\n");
        return Ok(console.say(&text, |_| console::GOOD)?);
    }
    let text = match &assessment.analysed {
        Some((policy, analysis)) => explain_text(policy, analysis, name.as_str()),
        None => {
            let sentences = seen.control.findings(assessment);
            sentences.iter().map(|finding| words(&format!("{}.\n", finding.sentence()))).collect()
        }
    };
    explain::say(&text, console)?;
    let target = Target { id: name, account: &assessment.state.account, region: &seen.region };
    for block in seen.control.evidence(&target, &seen.found) {
        if block.title == buckets::WHAT_BLOCKS {
            console.say(&words(&format!("\n{}:\n{}\n", block.title, block.body)), |_| console::PLAIN)?;
        }
    }
    Ok(())
}

/// Where it is, what S3 says about it, and the same as of a file's policy.
fn facts(assessment: &PolicyAssessment, region: &Region) -> Map<String, Value> {
    let state = &assessment.state;
    let mut facts = Map::new();
    let mut set = |key: &str, value: Value| facts.insert(key.to_owned(), value);
    set("bucket", json!(state.bucket));
    set("account", json!(state.account));
    set("region", json!(region));
    let Some(policy) = &state.policy else {
        set("policy", Value::Null);
        return facts;
    };
    set("s3", json!(policy.is_public));
    set("bucket_block", json!(policy.bucket_block));
    set("account_block", json!(policy.account_block));
    match (&assessment.analysed, policy.document.unknown()) {
        (Some((_, analysis)), _) => facts.extend(explain::of(analysis)),
        (None, Some(unknown)) => facts.extend(explain::refusal(&words(&unknown.to_string()))),
        (None, None) => {
            let document = policy.document.known().map(|text| policy::Policy::parse(text));
            let error = document.and_then(Result::err).map(|error| error.to_string());
            facts.extend(explain::refusal(&error.unwrap_or_default()));
        }
    }
    facts
}
