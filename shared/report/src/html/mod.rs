//! A report as a page.

mod chart;
mod row;

use std::cmp::Reverse;

use askama::Template;

use self::chart::{Bar, TimeLine};
use self::row::{Row, Short, rows};
use crate::text::{exposure, shown, sources, when};
use crate::{Case, Ending, Kind, Report, Tally, Unreadable};

/// How many cases a page lists: more are slow to sort, and nobody reads them.
const ROWS: usize = 1_000;

/// How many rows a list has that has the first of its kind.
const FIRST: usize = 20;

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    of: &'a str,
    when: String,
    made_at: String,
    sources: String,
    has_lines: bool,
    tally: &'a Tally,
    kinds: Vec<(Kind, usize)>,
    columns: Vec<Ending>,
    controls: Vec<(&'a str, Vec<usize>, usize)>,
    sums: Vec<usize>,
    bars: Vec<Bar>,
    time_line: TimeLine,
    exposure: String,
    slowest: Vec<Short>,
    open: Vec<Short>,
    open_total: usize,
    rows: Vec<Row>,
    folded: Folded,
    unreadable: &'a [Unreadable],
    unreadable_total: usize,
}

/// What is not on the page.
struct Folded {
    /// How many cases are not listed.
    not_listed: usize,
    /// How many of those that are listed have no states and plans.
    short: usize,
}

/// The report as one self-contained page: no request leaves it, and it can be sorted, filtered and printed. Where there is
/// more than a page holds it has what asks for most, and says what it has not.
///
/// # Errors
/// Never, as long as the page's template can be filled in.
pub fn html(report: &Report) -> Result<String, askama::Error> {
    let tally = Tally::of(report);
    let listed = listed(&report.cases);
    let rows = rows(report, &listed);
    let is_listed = |place: usize| listed.binary_search(&place).is_ok();
    let short = |place: usize| report.cases.get(place).map(|case| Short::of(case, place, is_listed(place)));
    let open: Vec<usize> =
        (0..).zip(&report.cases).filter(|(_, case)| case.needs_a_look()).map(|(place, _)| place).collect();
    let columns: Vec<Ending> = tally.endings.iter().map(|(ending, _)| *ending).collect();
    let unreadable = report.unreadable.get(..FIRST).unwrap_or(&report.unreadable);
    Page {
        of: &report.of,
        when: when(report),
        made_at: shown(report.made_at),
        sources: sources(report),
        has_lines: report.read.has_lines(),
        kinds: Kind::ALL
            .map(|kind| (kind, tally.of_kind(kind)))
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
        controls: tally
            .controls
            .iter()
            .map(|(control, counts)| of_control(control, counts, &columns))
            .collect(),
        sums: tally.endings.iter().map(|(_, count)| *count).collect(),
        columns,
        bars: chart::by_control(&tally),
        time_line: chart::time_line(&tally),
        exposure: exposure(&tally.exposure),
        slowest: tally.slowest.iter().filter_map(|place| short(*place)).collect(),
        open: open.iter().take(FIRST).filter_map(|place| short(*place)).collect(),
        open_total: open.len(),
        folded: Folded {
            not_listed: report.cases.len() - rows.len(),
            short: rows.iter().filter(|row| row.attempts.is_none()).count(),
        },
        rows,
        unreadable,
        unreadable_total: report.unreadable.len(),
        tally: &tally,
    }
    .render()
}

/// The places of those that a page lists, in order.
fn listed(cases: &[Case]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..cases.len()).collect();
    places.sort_by_key(|place| Reverse(cases.get(*place).map(Case::weight)));
    places.truncate(ROWS);
    places.sort_unstable();
    places
}

fn of_control<'a>(
    control: &'a str,
    counts: &[usize; 12],
    columns: &[Ending],
) -> (&'a str, Vec<usize>, usize) {
    let all = Ending::ALL.iter().zip(counts).filter(|(ending, _)| columns.contains(ending));
    (control, all.map(|(_, count)| *count).collect(), counts.iter().sum())
}

/// The kinds of a day with something in them, as in `2 closed by Curfew, 1 put back`.
fn in_words(bar: &Bar) -> String {
    let parts = bar.parts.iter().map(|part| format!("{} {}", part.count, part.kind.title()));
    if bar.parts.is_empty() { "nothing".to_owned() } else { parts.collect::<Vec<_>>().join(", ") }
}
