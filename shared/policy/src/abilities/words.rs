//! Abilities in words: each sentence names one kind of caller and what that caller can do.

use super::{Abilities, Ability, AbilityKind, Extent, Needs, Other, Outsider, Route, Who};
use crate::Witness;
use crate::search::literal::TIME;
use crate::words::{and, some};

/// A sentence for each kind of caller, without the full stop; what matters most comes first.
pub(crate) fn phrases(abilities: &Abilities, bucket: &str) -> Vec<String> {
    let mut groups: Vec<Vec<&Ability>> = Vec::new();
    for ability in &abilities.list {
        let is_same = |group: &&mut Vec<&Ability>| {
            group.first().is_some_and(|first| (&first.who, first.needs) == (&ability.who, ability.needs))
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.push(ability),
            None => groups.push(vec![ability]),
        }
    }
    groups.sort_by_key(|group| group.first().map(|first| (first.caller, first.needs.count())));
    let mut phrases: Vec<(&Who, String)> = Vec::new();
    for group in &groups {
        if let Some(Ability { who, needs, witness, .. }) = group.first() {
            let (deeds, when) = (and(&deeds(group, bucket)), when(needs.time, witness));
            phrases.push((who, format!("{}{} can {deeds}{when}", who.words(), needs.words())));
        }
    }
    for other in &abilities.others {
        let (needs, when) = (other.needs.words(), when(other.needs.time, &other.witness));
        phrases.push((&other.who, format!("{}{needs} can {}{when}", other.who.words(), call(other))));
    }
    // What may be true of no service at all comes last.
    phrases.sort_by_key(|(who, _)| matches!(who, Who::Unsourced(_)));
    phrases.into_iter().map(|(_, phrase)| phrase).collect()
}

/// What it is not known of whether outsiders can do it, as in `it is not known whether ...`; for each kind of caller.
pub(crate) fn doubts(abilities: &Abilities, bucket: &str) -> Vec<String> {
    let mut doubts = Vec::new();
    for caller in Outsider::ALL {
        let own = || abilities.unknown.iter().filter(|own| own.caller == caller);
        let deeds: Vec<String> = own().filter_map(|own| own.ability).map(|deed| deed.words(bucket)).collect();
        let who = match caller {
            Outsider::Anonymous => "anyone on the internet",
            Outsider::Account => "anyone of an outside account",
            Outsider::Service => "an AWS service that acts for an outside account",
        };
        match deeds.split_last() {
            Some((last, [])) => doubts.push(format!("it is not known whether {who} can {last}")),
            Some((last, first)) => {
                doubts.push(format!("it is not known whether {who} can {} or {last}", first.join(", ")));
            }
            None if own().next().is_some() => {
                doubts.push(format!("it is not known whether {who} can do anything to `{bucket}`"));
            }
            None => {}
        }
    }
    doubts
}

/// That nobody can do it yet, and when somebody can.
fn when(is_to_come: bool, witness: &Witness) -> String {
    let time = witness.context.get(TIME).and_then(|values| values.first()).filter(|_| is_to_come);
    time.map(|time| format!(", not yet but at a time to come, as at {time}")).unwrap_or_default()
}

/// What the abilities let somebody do.
fn deeds(abilities: &[&Ability], bucket: &str) -> Vec<String> {
    let mut deeds: Vec<(String, Vec<&'static str>)> = Vec::new();
    let mut of_bucket = Vec::new();
    for ability in abilities {
        let verb = match (ability.ability, ability.scope) {
            (AbilityKind::Read, _) => "read",
            (AbilityKind::Write, _) => "write",
            (AbilityKind::Delete, _) => "delete",
            (AbilityKind::List, Extent::All) => {
                of_bucket.push(format!("list what is in `{bucket}`"));
                continue;
            }
            (AbilityKind::List, Extent::Part) => {
                of_bucket.push(format!("list some of what is in `{bucket}`"));
                continue;
            }
            (AbilityKind::Permissions, _) if ability.is_of_bucket() => {
                of_bucket.push(format!("change the permissions of `{bucket}`"));
                continue;
            }
            (AbilityKind::Permissions, _) => "change the ACLs of",
        };
        let objects = ability.objects(bucket);
        match deeds.iter_mut().find(|(own, _)| *own == objects) {
            Some((_, verbs)) => verbs.push(verb),
            None => deeds.push((objects, vec![verb])),
        }
    }
    let of_objects = deeds.into_iter().map(|(objects, verbs)| format!("{} {objects}", and(&verbs)));
    of_objects.chain(of_bucket).collect()
}

fn call(other: &Other) -> String {
    let witness = &other.witness;
    let path = witness.resource.split_once(":::").map_or(witness.resource.as_str(), |(_, path)| path);
    let example = if path.contains('/') { ", for example" } else { "" };
    format!("call `{}` on `{path}`{example}", witness.action)
}

impl AbilityKind {
    /// What somebody does, as after `can`.
    fn words(self, bucket: &str) -> String {
        match self {
            Self::Read => "read objects".to_owned(),
            Self::Write => "write objects".to_owned(),
            Self::Delete => "delete objects".to_owned(),
            Self::List => format!("list what is in `{bucket}`"),
            Self::Permissions => "change permissions".to_owned(),
        }
    }
}

impl Ability {
    pub(super) fn is_of_bucket(&self) -> bool {
        self.ability.bucket_actions().contains(&self.witness.action.as_str())
    }

    /// The objects that the ability reaches.
    fn objects(&self, bucket: &str) -> String {
        let places = || some(self.places.iter().map(String::as_str), self.places.len());
        let open = self.places.iter().filter(|place| place.ends_with('*')).count();
        match (self.scope, self.places.len()) {
            (Extent::All, _) => format!("every object in `{bucket}`"),
            (Extent::Part, 0) => format!("some objects of `{bucket}`"),
            (Extent::Part, all) if open == all => format!("objects under {}", places()),
            (Extent::Part, 1) => format!("the object {}", places()),
            (Extent::Part, _) if open == 0 => format!("the objects {}", places()),
            (Extent::Part, _) => format!("objects at {}", places()),
        }
    }
}

impl Needs {
    fn count(self) -> usize {
        [self.parameter, self.way != Route::Any, self.time].into_iter().map(usize::from).sum()
    }

    fn words(self) -> &'static str {
        match (self.parameter, self.way) {
            (false, Route::Any) => "",
            (true, Route::Any) => " with the right header or parameter",
            (false, Route::Network) => " from the right network",
            (true, Route::Network) => " with the right header or parameter and from the right network",
            (false, Route::Forwarded) => ", through an AWS service that calls for them,",
            (true, Route::Forwarded) => {
                " with the right header or parameter, through an AWS service that calls for them,"
            }
        }
    }
}

impl Who {
    /// The same where only calls that do not say all about their source get in; others than services have none.
    pub(super) fn unsourced(&self) -> Self {
        match self {
            Self::Service(service) => Self::Unsourced(service.clone()),
            who => who.clone(),
        }
    }

    /// The subject of a sentence.
    fn words(&self) -> String {
        match self {
            Self::Internet => "Anyone on the internet".to_owned(),
            Self::AnyAccount => "Anyone with an AWS account".to_owned(),
            Self::SomeAccounts => "Principals of some outside accounts".to_owned(),
            Self::Identity(Some(provider)) => format!("Anyone whom `{provider}` vouches for"),
            Self::Identity(None) => "Anyone whom an identity provider vouches for".to_owned(),
            Self::Service(Some(service)) => format!("`{service}`, acting for an outside account,"),
            Self::Service(None) => "AWS services that act for an outside account".to_owned(),
            Self::Unsourced(Some(service)) => {
                format!("`{service}`, where its call does not say all about whom it acts for,")
            }
            Self::Unsourced(None) => {
                "AWS services whose calls do not say all about whom they act for".to_owned()
            }
        }
    }
}
