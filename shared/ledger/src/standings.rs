//! A standing's item, and what a write asks of it without having seen it.

use std::collections::HashMap;
use std::time::SystemTime;

use aws_sdk_dynamodb::types::AttributeValue;
use remediation::ledger::{Closing, KEPT, LastTold, LeftAlone, Record, SKEW, Standing, Terms};

use crate::item::{Item, integer, item, key, millis, number, string, text, time};

/// A standing as it was seen.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) standing: Standing,
    /// Changes with each write; `None` where there is nothing yet.
    pub(crate) stamp: Option<u64>,
}

/// A condition, or what is to be done, with the values in it. Each `#name` stands for the attribute of that name, since
/// DynamoDB keeps many words for itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    pub(crate) text: String,
    pub(crate) values: HashMap<String, AttributeValue>,
}

impl Seen {
    /// The same where nothing is open.
    pub(crate) fn without_open(self) -> Self {
        let standing = Standing { open: None, lease_until: None, held_until: None, ..self.standing };
        Self { standing, ..self }
    }
}

impl Expression {
    pub(crate) fn new<const N: usize>(text: impl Into<String>, values: [(&str, AttributeValue); N]) -> Self {
        Self { text: text.into(), values: item(values) }
    }
}

/// The sort key of a standing.
pub(crate) fn name(control: &str) -> String {
    format!("standing {control}")
}

/// INVARIANT: where it holds, [`Standing::entry`] says `Free`. The other way round it need not hold.
pub(crate) fn is_free(record: &Record, terms: &Terms) -> Expression {
    const NOTHING_OPEN: &str = "attribute_not_exists(#open)";
    const SEEN: &str = "(attribute_not_exists(#ended_at) OR #ended_at < :fresh)";
    const NOT_RESTORED: &str = "(attribute_not_exists(#restored_until) OR #restored_until <= :now)";
    if record.restores.is_some() {
        return Expression::new(NOTHING_OPEN, []);
    }
    let now = (":now", millis(terms.now));
    let fresh = (":fresh", millis(terms.looked_at - SKEW));
    if terms.changes {
        let limit = usize::try_from(terms.limits.feud_limit).unwrap_or(KEPT).min(KEPT);
        let few = "(attribute_not_exists(#closings) OR size(#closings) < :limit)";
        let values = [now, fresh, (":limit", number(limit))];
        return Expression::new(format!("{NOTHING_OPEN} AND {SEEN} AND {NOT_RESTORED} AND {few}"), values);
    }
    let news = "(attribute_not_exists(#told_situation) OR #told_situation <> :situation)";
    let values = [now, fresh, (":situation", text(&record.situation))];
    Expression::new(format!("{NOTHING_OPEN} AND {SEEN} AND {NOT_RESTORED} AND {news}"), values)
}

/// INVARIANT: where it holds, [`Standing::entry_again`] says `Open`.
pub(crate) fn is_let_go(record: &Record, terms: &Terms) -> Expression {
    let condition = "#open = :key AND (attribute_not_exists(#lease_until) OR #lease_until <= :now)";
    Expression::new(condition, [(":key", text(&record.id.key)), (":now", millis(terms.now))])
}

/// The same as [`Standing::is_held_by`].
pub(crate) fn is_held_by(record: &Record) -> Expression {
    let holder = text(record.holder().unwrap_or_default());
    Expression::new(
        "#open = :key AND #holder = :holder",
        [(":key", text(&record.id.key)), (":holder", holder)],
    )
}

/// That nothing has changed since it was seen.
pub(crate) fn is_as_seen(seen: &Seen) -> Expression {
    match seen.stamp {
        Some(stamp) => Expression::new("#stamp = :stamp", [(":stamp", number(stamp))]),
        None => Expression::new("attribute_not_exists(#stamp)", []),
    }
}

/// What entering a subject changes: a standing that was empty before says it.
pub(crate) fn enter(entered: Standing) -> Expression {
    let Standing { open, lease_until, holder, held_until, left_alone, .. } = entered;
    let mut fields = vec![
        ("open", open.map(text)),
        ("lease_until", lease_until.map(millis)),
        ("holder", holder.map(text)),
        ("held_until", held_until.map(millis)),
        ("expires", None),
    ];
    if let Some(left_alone) = left_alone {
        fields.push(("restored_until", Some(millis(left_alone.until))));
        fields.push(("restored_opened", left_alone.opened.map(texts)));
    }
    let (mut set, mut remove, mut values) = (Vec::new(), Vec::new(), HashMap::new());
    for (name, value) in fields {
        match value {
            Some(value) => {
                set.push(format!("#{name} = :{name}"));
                values.insert(format!(":{name}"), value);
            }
            None => remove.push(format!("#{name}")),
        }
    }
    values.insert(":one".to_owned(), number(1));
    let text = format!("SET {} REMOVE {} ADD #stamp :one", set.join(", "), remove.join(", "));
    Expression { text, values }
}

/// What [`Standing::finished`] changes, without having seen it.
pub(crate) fn finish(record: &Record, now: SystemTime, expires: AttributeValue) -> Expression {
    let mut set: Vec<&str> = Vec::new();
    let mut remove = vec!["#lease_until"];
    let mut values = item([(":one", number(1))]);
    let mut value = |name: &str, value| values.insert(name.to_owned(), value);
    if record.end.is_some() {
        remove.extend(["#open", "#held_until"]);
        set.push("#expires = :expires, #ended_at = :ended_at");
        value(":expires", expires);
        value(":ended_at", millis(now));
    }
    if let Some(last) = record.told.last() {
        set.push("#told_situation = :situation, #told_cause = :cause, #told_at = :told_at");
        value(":situation", text(&last.situation));
        value(":cause", text(record.subject.cause.to_string()));
        value(":told_at", millis(last.at));
    }
    if let Some(restores) = &record.restores {
        set.push("#restored_until = :restored_until");
        value(":restored_until", millis(restores.grace_until));
        match restores.opened.clone() {
            Some(opened) => {
                set.push("#restored_opened = :restored_opened");
                value(":restored_opened", texts(opened));
            }
            None => remove.push("#restored_opened"),
        }
        remove.push("#closings");
    } else if let Some(closing) = record.closing(now).as_ref().and_then(written) {
        set.push("#closings = list_append(if_not_exists(#closings, :none), :closing)");
        value(":closing", AttributeValue::L(vec![closing]));
        value(":none", AttributeValue::L(Vec::new()));
    }
    let set = if set.is_empty() { String::new() } else { format!("SET {} ", set.join(", ")) };
    Expression { text: format!("{set}REMOVE {} ADD #stamp :one", remove.join(", ")), values }
}

/// A standing as one item, after the one that was seen.
pub(crate) fn to_item(resource: &str, control: &str, standing: Standing, after: &Seen) -> Item {
    let mut item = key(resource, &name(control));
    let Standing { open, lease_until, holder, held_until, told, closings, left_alone, ended_at } = standing;
    let (situation, cause, told_at) = match told {
        Some(LastTold { situation, cause, at }) => (Some(situation), Some(cause), Some(at)),
        None => (None, None, None),
    };
    let closings: Vec<AttributeValue> = closings.iter().filter_map(written).collect();
    let fields = [
        ("open", open.map(text)),
        ("lease_until", lease_until.map(millis)),
        ("holder", holder.map(text)),
        ("held_until", held_until.map(millis)),
        ("told_situation", situation.map(text)),
        ("told_cause", cause.map(text)),
        ("told_at", told_at.map(millis)),
        ("restored_until", left_alone.as_ref().map(|left_alone| millis(left_alone.until))),
        ("restored_opened", left_alone.and_then(|left_alone| left_alone.opened).map(texts)),
        ("ended_at", ended_at.map(millis)),
        ("closings", Some(closings).filter(|closings| !closings.is_empty()).map(AttributeValue::L)),
        ("stamp", Some(number(after.stamp.unwrap_or_default() + 1))),
    ];
    item.extend(fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    item
}

/// The standing of an item; an item that is not there is an empty one.
pub(crate) fn of_item(item: &Item) -> Seen {
    let owned = |name| string(item, name).map(ToOwned::to_owned);
    let told = owned("told_situation").zip(time(item, "told_at"));
    let closings =
        item.get("closings").and_then(|list| list.as_l().ok()).map(Vec::as_slice).unwrap_or_default();
    let standing = Standing {
        open: owned("open"),
        lease_until: time(item, "lease_until"),
        holder: owned("holder"),
        held_until: time(item, "held_until"),
        told: told.map(|(situation, at)| LastTold {
            situation,
            cause: owned("told_cause").unwrap_or_default(),
            at,
        }),
        closings: closings.iter().filter_map(read).collect(),
        left_alone: time(item, "restored_until").map(|until| LeftAlone { until, opened: opened(item) }),
        ended_at: time(item, "ended_at"),
    };
    Seen { standing, stamp: integer(item, "stamp") }
}

fn texts(texts: Vec<String>) -> AttributeValue {
    AttributeValue::L(texts.into_iter().map(text).collect())
}

fn opened(item: &Item) -> Option<Vec<String>> {
    let opened = item.get("restored_opened")?.as_l().ok()?;
    opened.iter().map(|one| one.as_s().ok().cloned()).collect()
}

fn written(closing: &Closing) -> Option<AttributeValue> {
    serde_json::to_string(closing).ok().map(text)
}

fn read(closing: &AttributeValue) -> Option<Closing> {
    serde_json::from_str(closing.as_s().ok()?).ok()
}
