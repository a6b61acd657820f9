//! Where a command reads and writes.
//!
//! What comes from elsewhere, such as the words of a policy, may hold what a terminal obeys: control characters are
//! written as escapes in all that is text. JSON escapes them itself.

use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Stdin, Write};

use anstream::AutoStream;
use anstream::stream::RawStream;
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

/// What stands out.
pub(crate) const HEADLINE: Style = Style::new().bold();
/// What is open, or went wrong.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What somebody should look at.
pub(crate) const DOUBTFUL: Style = AnsiColor::Yellow.on_default();
/// What is as it should be.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// As it is.
pub(crate) const PLAIN: Style = Style::new();

/// Which of both goes to a terminal that shows colours.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Colours {
    pub(crate) output: bool,
    pub(crate) errors: bool,
}

/// Where a command reads and writes.
pub(crate) struct Console<'a> {
    input: &'a mut dyn BufRead,
    pub(crate) output: &'a mut dyn Write,
    pub(crate) errors: &'a mut dyn Write,
    /// Whether it was asked for JSON.
    pub(crate) json: bool,
    colours: Colours,
}

impl<'a> Console<'a> {
    pub(crate) fn new(
        input: &'a mut dyn BufRead,
        output: &'a mut dyn Write,
        errors: &'a mut dyn Write,
        colours: Colours,
    ) -> Self {
        Self { input, output, errors, json: false, colours }
    }

    /// What there is to read, and where what comes of it is written.
    pub(crate) fn both(&mut self) -> (&mut dyn BufRead, &mut dyn Write) {
        (&mut *self.input, &mut *self.output)
    }

    /// All that there is to read; what is no UTF-8 is replaced.
    pub(crate) fn read(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.input.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Writes a text, each line in the style that `style` gives it.
    pub(crate) fn say(&mut self, text: &str, style: impl Fn(&str) -> Style) -> io::Result<()> {
        for line in text.split_inclusive('\n') {
            let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
            let (shown, style) = (plain(line), style(line));
            if self.colours.output && style != PLAIN {
                write!(self.output, "{style}{shown}{style:#}{end}")?;
            } else {
                write!(self.output, "{shown}{end}")?;
            }
        }
        Ok(())
    }

    /// Writes JSON on a line of its own.
    pub(crate) fn print(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer(&mut *self.output, value)?;
        self.output.write_all(b"\n")
    }

    /// Says what is wrong, on a line of its own. Who reads no errors still gets the exit status.
    pub(crate) fn complain(&mut self, what: &str) {
        // What came before it stands before it, where both go to one place.
        let _ = self.output.flush();
        let lines: Vec<String> = what.lines().map(plain).collect();
        let what = lines.join("\n");
        let _ = if self.colours.errors && !what.starts_with("  ->") {
            writeln!(self.errors, "{BAD}{what}{BAD:#}")
        } else {
            writeln!(self.errors, "{what}")
        };
    }

    /// Says how far it is, to whoever waits.
    #[cfg(feature = "live")]
    pub(crate) fn note(&mut self, what: &str) {
        let _ = writeln!(self.errors, "{}", plain(what));
    }

    pub(crate) fn flush(&mut self) -> Result<(), crate::Trouble> {
        Ok(self.output.flush()?)
    }
}

/// Whether this goes to a terminal that shows colours: `NO_COLOR` and `CLICOLOR_FORCE` decide, as for clap's own words.
pub(crate) fn shows_colours(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != anstream::ColorChoice::Never
}

/// A line without what a terminal would obey.
fn plain(line: &str) -> String {
    let mut shown = String::with_capacity(line.len());
    for character in line.chars() {
        if character.is_control() && character != '\t' {
            let _ = write!(shown, "{}", character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Standard input, which says that it is read where a person sits at it.
#[derive(Debug)]
pub(crate) struct Input {
    stdin: BufReader<Stdin>,
    is_new: bool,
}

impl Default for Input {
    fn default() -> Self {
        Self { stdin: BufReader::new(io::stdin()), is_new: true }
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.greet();
        self.stdin.read(buffer)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.greet();
        self.stdin.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.stdin.consume(amount);
    }
}

impl Input {
    fn greet(&mut self) {
        if std::mem::take(&mut self.is_new) && self.stdin.get_ref().is_terminal() {
            let _ = writeln!(
                io::stderr(),
                "Reading standard input, up to Ctrl-D; --help says what belongs there."
            );
        }
    }
}
