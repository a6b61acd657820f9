//! Whether settings can be used, by the code that the functions read them with.

use remediation::clock::{Clock, SystemClock};
use settings::Settings;

use crate::arguments::{OfSettings, Settings as Asked};
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// Where they cannot, the reason names the key. An exemption that exempts nothing keeps no settings from being used.
pub(crate) fn run(asked: &Asked, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let OfSettings::Check { file } = &asked.command;
    let (name, text) = match file {
        Some(path) if path.as_os_str() != "-" => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| Trouble::unread(format!("`{}`: {error}", path.display())))?;
            (format!("`{}`", path.display()), text)
        }
        _ => ("the settings".to_owned(), console.read()?),
    };
    // Editors on Windows begin UTF-8 with a mark, which JSON does not know.
    let checked = Settings::parse(&name, text.trim_start_matches('\u{feff}'));
    let warnings: Vec<String> = checked.iter().flat_map(warnings).collect();
    if console.json {
        let error = checked.as_ref().err().map(ToString::to_string);
        let answer = serde_json::json!({ "usable": error.is_none(), "error": error, "warnings": warnings });
        console.print(&answer)?;
    }
    match checked {
        Ok(_) if console.json => Ok(Ending::Done),
        Ok(_) => {
            console.say(&format!("{name} can be used\n"), |_| console::GOOD)?;
            warnings.iter().for_each(|warning| console.complain(warning));
            Ok(Ending::Done)
        }
        Err(error) => Err(Trouble::unread(error)),
    }
}

/// What the settings say and what has no effect.
fn warnings(settings: &Settings) -> Vec<String> {
    let idle = settings.exemptions().not_in_force(SystemClock.now());
    idle.iter().map(|refused| format!("warning: {refused}: it exempts nothing")).collect()
}
