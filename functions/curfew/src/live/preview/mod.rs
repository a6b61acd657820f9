//! What Curfew would do in an account, before it is deployed. It only reads: each control has a port that can do no more.

mod account;
mod files;
mod look;

use std::path::Path;

use events::AccountId;
use preview::{Part, Preview, Would};
use settings::Settings;

use super::refused::words;
use super::wait;
use crate::arguments::{Format, Preview as Asked};
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// What an IAM policy has to allow for a preview: reading, and nothing else.
const PERMISSIONS: &str = include_str!("read-permissions.json");

/// Looks, and writes down what it saw. Not all of it could be read where that ends with [`Ending::Unread`].
pub(crate) fn run(asked: &Asked, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    if asked.permissions {
        console.say(PERMISSIONS, |_| console::PLAIN)?;
        return Ok(Ending::Done);
    }
    let settings = settings(asked.settings.as_deref())?;
    let preview = if asked.files.is_empty() {
        account::preview(asked, &settings, console)?
    } else {
        wait(files::preview(asked, &settings, console))?
    };
    write(&preview, asked, console)?;
    let is_whole =
        |part: &Part| part.not_listed.is_none() && part.count(Would::Unknown) == 0 && !part.has_unread();
    Ok(if preview.parts.iter().all(is_whole) { Ending::Done } else { Ending::Unread })
}

/// The settings to go by: those of a file, or the defaults.
fn settings(file: Option<&Path>) -> Result<Settings, Trouble> {
    let Some(path) = file else { return Ok(Settings::default()) };
    let name = format!("`{}`", path.display());
    let text = std::fs::read_to_string(path).map_err(|error| Trouble::unread(format!("{name}: {error}")))?;
    Settings::parse(&name, text.trim_start_matches('\u{feff}')).map_err(Trouble::unread)
}

fn of(account: &AccountId) -> String {
    format!("account {account}")
}

fn write(preview: &Preview, asked: &Asked, console: &mut Console<'_>) -> Result<(), Trouble> {
    let format = if console.json { Format::Json } else { asked.format };
    let text = match format {
        Format::Text => preview::text(preview),
        Format::Json => format!("{}\n", preview::json(preview)),
        Format::Html => preview::html(preview).map_err(Trouble::unread)?,
    };
    let text = words(&text);
    let Some(path) = &asked.output else {
        return match format {
            Format::Text => Ok(console.say(&text, style)?),
            Format::Json | Format::Html => Ok(console.output.write_all(text.as_bytes())?),
        };
    };
    std::fs::write(path, text).map_err(|error| Trouble::unread(format!("`{}`: {error}", path.display())))?;
    console.complain(&format!("Written to {}.", path.display()));
    Ok(())
}

fn style(line: &str) -> clap::builder::styling::Style {
    let is_open = |severity| line.starts_with("    ") && line.ends_with(severity);
    if line.contains("NOT ALL WERE LISTED") || is_open("(critical)") || is_open("(high)") {
        console::BAD
    } else if is_open("(medium)") || line.ends_with("could not be judged:") {
        console::DOUBTFUL
    } else if !line.starts_with(' ') {
        console::HEADLINE
    } else {
        console::PLAIN
    }
}
