//! Where a function remembers its work.

use std::time::{Duration, SystemTime};

use aws_types::SdkConfig;
use events::Subject;
use ledger::Table;
use remediation::clock::SystemClock;
use remediation::ledger::{
    Archive, Begun, Briefs, Chronicle, Ended, Graces, Ledger, LeftAlone, Memory, Pending, Record, RecordId,
    Terms, Unfinished, Waiting,
};
use remediation::{Brief, CallError, Mode, Pace};
use settings::{Settings, SettingsNotRead, SettingsSource};

use crate::environment::LEDGER;

/// The ledger of a function.
#[derive(Debug)]
pub(crate) enum Book {
    /// One that all functions share and that outlives them.
    Table(Box<Table<SystemClock>>),
    /// The process's own. Whoever has only this one changes nothing.
    Process(Box<Memory>),
}

/// Settings, of which those are refused that a function without a table cannot go by.
#[derive(Debug)]
pub(crate) struct Recorded<S> {
    pub(crate) source: S,
    pub(crate) control: &'static str,
    pub(crate) has_table: bool,
}

impl Book {
    pub(crate) fn open(sdk: &SdkConfig, table: Option<String>, settings: &Settings) -> Self {
        let kept_for = Duration::from_secs(u64::from(settings.records_days) * 24 * 60 * 60);
        table.map_or_else(
            || Self::Process(Box::default()),
            |name| Self::Table(Box::new(Table::new(sdk, name, SystemClock).keeping(kept_for))),
        )
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self, Self::Table(_))
    }
}

/// The settings as a function can go by them: without a table nothing can wait for a digest, and each alert is a mail of its
/// own.
pub(crate) fn usable(settings: Settings, has_table: bool) -> Settings {
    if has_table { settings } else { Settings { alerts: Pace::Each, ..settings } }
}

/// Refuses settings that ask for changes where nothing can be written down before them.
pub(crate) fn check(settings: &Settings, control: &str, has_table: bool) -> Result<(), SettingsNotRead> {
    if settings.mode_of(control) == Mode::Enforce && !has_table {
        let (control, written) = (control.to_owned(), settings.written);
        return Err(SettingsNotRead::Unrecorded { control, variable: LEDGER, written });
    }
    Ok(())
}

impl<S: SettingsSource> SettingsSource for Recorded<S> {
    async fn settings(&self) -> Result<Settings, SettingsNotRead> {
        let settings = self.source.settings().await?;
        check(&settings, self.control, self.has_table)?;
        Ok(usable(settings, self.has_table))
    }
}

impl Ledger for Book {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        match self {
            Self::Table(table) => table.begin(record, terms).await,
            Self::Process(memory) => memory.begin(record, terms).await,
        }
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        match self {
            Self::Table(table) => table.resume(record, terms).await,
            Self::Process(memory) => memory.resume(record, terms).await,
        }
    }

    async fn replace(&self, over: &Record, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        match self {
            Self::Table(table) => table.replace(over, record, terms).await,
            Self::Process(memory) => memory.replace(over, record, terms).await,
        }
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        match self {
            Self::Table(table) => table.pending(subject, control, now).await,
            Self::Process(memory) => memory.pending(subject, control, now).await,
        }
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        match self {
            Self::Table(table) => table.due(control, now).await,
            Self::Process(memory) => memory.due(control, now).await,
        }
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        match self {
            Self::Table(table) => table.waiting(control).await,
            Self::Process(memory) => memory.waiting(control).await,
        }
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        match self {
            Self::Table(table) => table.finish(record, now).await,
            Self::Process(memory) => memory.finish(record, now).await,
        }
    }

    async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        match self {
            Self::Table(table) => table.take_turn(of, holder, now, until).await,
            Self::Process(memory) => memory.take_turn(of, holder, now, until).await,
        }
    }

    async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        match self {
            Self::Table(table) => table.end_turn(of, holder).await,
            Self::Process(memory) => memory.end_turn(of, holder).await,
        }
    }
}

impl Archive for Book {
    async fn record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        match self {
            Self::Table(table) => table.record(id).await,
            Self::Process(memory) => memory.record(id).await,
        }
    }

    async fn history(&self, resource: &str) -> Result<Vec<Record>, CallError> {
        match self {
            Self::Table(table) => table.history(resource).await,
            Self::Process(memory) => memory.history(resource).await,
        }
    }
}

impl Chronicle for Book {
    async fn ended(&self, since: SystemTime, now: SystemTime) -> Result<Vec<Ended>, CallError> {
        match self {
            Self::Table(table) => table.ended(since, now).await,
            Self::Process(memory) => memory.ended(since, now).await,
        }
    }

    async fn unfinished(&self, control: &str) -> Result<Vec<Unfinished>, CallError> {
        match self {
            Self::Table(table) => table.unfinished(control).await,
            Self::Process(memory) => memory.unfinished(control).await,
        }
    }
}

impl Briefs for Book {
    async fn briefs(&self, control: &str) -> Result<Waiting, CallError> {
        match self {
            Self::Table(table) => table.briefs(control).await,
            Self::Process(memory) => memory.briefs(control).await,
        }
    }

    async fn sent(&self, control: &str, briefs: &[Brief], now: SystemTime) -> Result<(), CallError> {
        match self {
            Self::Table(table) => table.sent(control, briefs, now).await,
            Self::Process(memory) => memory.sent(control, briefs, now).await,
        }
    }
}

impl Graces for Book {
    async fn left_alone(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> Result<Option<LeftAlone>, CallError> {
        match self {
            Self::Table(table) => table.left_alone(subject, control, now).await,
            Self::Process(memory) => memory.left_alone(subject, control, now).await,
        }
    }
}
