//! What AWS Config invokes the function of a custom rule with, and wants an answer to by `PutEvaluations`.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html>

use document::Node;
use serde_json::{Map, Value};

use crate::trigger::configuration_item::{self, Item};
use crate::trigger::{hint, kinds, parse_inside};
use crate::{AccountId, Cause, Subject, TriggerError};

/// The invocation of a custom rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleInvocation {
    /// What the rule is called, where that is said.
    pub rule: Option<String>,
    /// What the answer goes with. A person who tries the function out may leave it out; then nobody can be answered.
    pub result_token: Option<String>,
    /// The rule's parameters.
    pub parameters: Map<String, Value>,
    /// The account that the rule is in, where that is said.
    pub account: Option<AccountId>,
    /// What AWS Config wants to know.
    pub question: RuleQuestion,
}

/// What AWS Config wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an invocation asks about one resource, in one box")]
pub enum RuleQuestion {
    /// Whether one resource complies, since it changed.
    Resource(RuleResource),
    /// Which resources comply, of all in the Region: a schedule.
    Everything {
        /// When it was asked, as an evaluation's ordering timestamp has to say it.
        asked_at: String,
    },
}

/// A resource that AWS Config asks about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleResource {
    /// Its type, as the evaluation has to say it.
    pub resource_type: String,
    /// Its id, as the evaluation has to say it.
    pub resource_id: String,
    /// When AWS Config recorded it, as an evaluation's ordering timestamp has to say it.
    pub captured_at: String,
    /// What there is to judge.
    pub standing: Standing,
    /// The configuration item; none where it is too large for the invocation.
    pub item: Option<Value>,
}

/// What there is to judge about a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "an invocation asks about one resource, in one box")]
pub enum Standing {
    /// The resource as it is now.
    Judged(Subject),
    /// Nothing: it was deleted.
    Deleted,
    /// Nothing: the rule does not apply to it any more.
    LeftScope,
    /// Nothing: Curfew does not know its type.
    UnknownType,
}

impl RuleInvocation {
    /// Whether the answer is only for trying the function out, and has to say so.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.result_token.as_deref() == Some("TESTMODE")
    }

    /// The resource to look at, if there is one.
    #[must_use]
    pub fn subject(&self) -> Option<&Subject> {
        match &self.question {
            RuleQuestion::Resource(RuleResource { standing: Standing::Judged(subject), .. }) => Some(subject),
            _ => None,
        }
    }
}

pub(super) fn is_match(root: &Node<'_>) -> Result<bool, TriggerError> {
    Ok(root.field("invokingEvent")?.is_some() && root.field("source")?.is_none())
}

pub(super) fn read(root: &Node<'_>) -> Result<RuleInvocation, TriggerError> {
    // What would be created is not there to look at.
    if hint(root, &["evaluationMode"]) == Some("PROACTIVE") {
        return Err(kinds::not_read(root, "the invocation of an AWS Config custom rule in proactive mode"));
    }
    let text = root.required("invokingEvent")?;
    let document = parse_inside(&text)?;
    let invoking = Node::at(&document, text.place().clone());
    let rule = root.text_of("configRuleName")?;
    Ok(RuleInvocation {
        rule: rule.map(ToOwned::to_owned),
        result_token: root.text_of("resultToken")?.map(ToOwned::to_owned),
        parameters: parameters(root)?,
        account: hint(root, &["accountId"]).and_then(AccountId::new),
        question: question(root, &invoking, rule)?,
    })
}

fn question(root: &Node<'_>, invoking: &Node<'_>, rule: Option<&str>) -> Result<RuleQuestion, TriggerError> {
    match invoking.required("messageType")?.text()? {
        "ScheduledNotification" | "ConfigurationSnapshotDeliveryCompleted" => Ok(RuleQuestion::Everything {
            asked_at: invoking.required("notificationCreationTime")?.text()?.to_owned(),
        }),
        kind if configuration_item::MESSAGE_TYPES.contains(&kind) => {
            resource(root, invoking, rule).map(RuleQuestion::Resource)
        }
        other => Err(kinds::not_read(invoking, &format!("an AWS Config notification of type {other}"))),
    }
}

fn resource(root: &Node<'_>, invoking: &Node<'_>, rule: Option<&str>) -> Result<RuleResource, TriggerError> {
    let item = Item::of_notification(invoking)?;
    let text = |name| Ok::<_, TriggerError>(item.node.required(name)?.text()?.to_owned());
    let cause = Cause::new("AWS Config custom rule")
        .with_rule(rule)
        .with_time(invoking.text_of("notificationCreationTime")?);
    let has_left = root.field("eventLeftScope")?.map(|field| field.flag()).transpose()?.unwrap_or(false);
    let standing = if item.is_deleted() {
        Standing::Deleted
    } else if has_left {
        Standing::LeftScope
    } else {
        item.subject(root, cause)?.map_or(Standing::UnknownType, Standing::Judged)
    };
    Ok(RuleResource {
        resource_type: text("resourceType")?,
        resource_id: text("resourceId")?,
        captured_at: text("configurationItemCaptureTime")?,
        standing,
        item: item.is_whole.then(|| item.node.value().clone()),
    })
}

/// The parameters are an object that is written down as text.
fn parameters(root: &Node<'_>) -> Result<Map<String, Value>, TriggerError> {
    let Some(text) = root.field("ruleParameters")? else { return Ok(Map::new()) };
    if text.text()?.trim().is_empty() {
        return Ok(Map::new());
    }
    match parse_inside(&text)? {
        Value::Object(parameters) => Ok(parameters),
        other => Err(Node::at(&other, text.place().clone()).unexpected(document::Expected::Object).into()),
    }
}
