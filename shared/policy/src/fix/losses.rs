//! Whom a fix shuts out, in words.

use super::shut::own_accounts;
use crate::search::decide::Question;
use crate::search::model::Model;
use crate::search::survey::Survey;
use crate::search::world::{Source, World};
use crate::search::{Budget, Found};
use crate::words::{and, short};
use crate::{Asking, Policy};

/// How many parties a sentence names.
const MOST: usize = 3;

/// Whom of those that the policy let in the fix shuts out, one sentence each.
pub(super) fn sentences(
    before: &Policy,
    after: &Policy,
    asking: Asking<'_>,
    by_everyone: bool,
    like: Option<&Model>,
) -> Vec<String> {
    let mut budget = Budget::new(Budget::DEFAULT / 2);
    let model = Model::about(&[before, after], None, asking, like, &mut budget);
    let question = Question::of(before, Some(after), &|_| true);
    let mut losses = Losses {
        survey: Survey::new(&question, &model),
        budget: &mut budget,
        by_everyone,
        sentences: Vec::new(),
    };
    losses.look(&model, asking);
    losses.sentences
}

/// The search for those who lose what they had.
struct Losses<'here> {
    survey: Survey<'here>,
    budget: &'here mut Budget,
    /// Whether it was `*` that gave it to them.
    by_everyone: bool,
    sentences: Vec<String>,
}

impl Losses<'_> {
    fn look(&mut self, model: &Model, asking: Asking<'_>) {
        let way = if self.by_everyone { "came in by `*`" } else { "came in" };
        let what =
            if self.by_everyone { "lose access that `*` gave them" } else { "lose access that they had" };
        let services = |account: &String, source| model.services(std::slice::from_ref(account), source);
        let own: Vec<String> = own_accounts(asking);
        let others = model.untrusted_accounts(asking.trust);
        let organizations = model.untrusted_organizations(asking.trust);

        let of_own = self.among(&own, |account| services(account, Source::Full));
        let of_others = self.among(&others, |account| services(account, Source::Full));
        let subject =
            |accounts: &[String]| format!("AWS services of {} that {way}", own_in_words(accounts, asking));
        self.say(&of_own, subject, "are shut out");
        if of_own.is_nobody() {
            let saying = own.iter().chain(&others).filter(|account| !of_others.has(account));
            let silent: Vec<World> = saying.flat_map(|account| services(account, Source::Any)).collect();
            let who = format!("AWS services that {way} and do not say for which account they act");
            self.say_of(&silent, &who, "are shut out");
        }
        let members = |own: &String| model.members(std::slice::from_ref(own));
        let of_members = |own: &String| model.services_of_members(std::slice::from_ref(own), Source::Full);
        let principals = |own: &String| model.principals(std::slice::from_ref(own));
        let named = |names: &[String]| format!("Principals of {}, which the policy names,", some(names));
        let acting = |whose: &str, names: &[String]| {
            format!("AWS services that act for {whose}{}, which the policy names,", some(names))
        };
        let lost = self.among(&organizations, members);
        self.say(&lost, named, what);
        let lost = self.among(&organizations, of_members);
        self.say(&lost, |names| acting("accounts of ", names), what);
        let lost = self.among(&others, principals);
        self.say(&lost, named, what);
        self.say(&of_others, |names| acting("", names), what);
        let mut visitors = model.visitors();
        visitors.extend(model.behind_endpoints());
        self.say_of(&visitors, "Callers from networks, VPCs or VPC endpoints that the policy names", what);
    }

    /// Which of some parties lose something; not many more than a sentence names.
    fn among(&mut self, names: &[String], worlds: impl Fn(&String) -> Vec<World>) -> Among {
        let mut among = Among::default();
        for name in names {
            if among.lost.len() > MOST {
                break;
            }
            match self.survey.ask(&worlds(name), self.budget) {
                Found::One(_) => among.lost.push(name.clone()),
                Found::None => {}
                Found::Unknown => among.undecided.push(name.clone()),
            }
        }
        among
    }

    fn say(&mut self, among: &Among, who: impl Fn(&[String]) -> String, what: &str) {
        if !among.lost.is_empty() {
            self.sentences.push(format!("{} {what}.", who(&among.lost)));
        }
        if !among.undecided.is_empty() {
            self.doubt(&who(&among.undecided));
        }
    }

    fn say_of(&mut self, worlds: &[World], who: &str, what: &str) {
        match self.survey.ask(worlds, self.budget) {
            Found::One(_) => self.sentences.push(format!("{who} {what}.")),
            Found::None => {}
            Found::Unknown => self.doubt(who),
        }
    }

    fn doubt(&mut self, who: &str) {
        let who = who.trim_end_matches(',');
        self.sentences.push(format!("It was not decided whether these are shut out: {who}."));
    }
}

/// Those of some parties who lose something.
#[derive(Default)]
struct Among {
    lost: Vec<String>,
    undecided: Vec<String>,
}

impl Among {
    fn is_nobody(&self) -> bool {
        self.lost.is_empty() && self.undecided.is_empty()
    }

    fn has(&self, name: &String) -> bool {
        self.lost.contains(name) || self.undecided.contains(name)
    }
}

/// The first names in backticks, and that there are others.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(MOST).map(|name| format!("`{}`", short(name)));
    let others = (names.len() > MOST).then(|| "others".to_owned());
    and(&shown.chain(others).collect::<Vec<_>>())
}

/// Some of the own and the trusted accounts.
fn own_in_words(accounts: &[String], asking: Asking<'_>) -> String {
    let is_own = |account: &&String| asking.trust.own_account.as_ref() == Some(*account);
    let trusted: Vec<String> = accounts.iter().filter(|account| !is_own(account)).cloned().collect();
    let has_own = trusted.len() < accounts.len();
    let has_all = accounts.len() > MOST || trusted.len() == asking.trust.accounts.len();
    match (has_own, trusted.is_empty()) {
        (true, true) => "this account".to_owned(),
        (true, false) if has_all => "this and the trusted accounts".to_owned(),
        (true, false) => format!("this account and {}", some(&trusted)),
        (false, _) => some(&trusted),
    }
}
