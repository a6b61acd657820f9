//! Bars, drawn by hand: widths in per cent, so that words keep their size however wide the window is. Each chart has a table
//! beside it that says the same.

use crate::{Ending, Kind, Tally};

/// How high the bars of a time line are at most, in pixels.
const HIGH: f64 = 120.0;

/// Up to where a part of a bar has room for its number, in per cent.
const ROOM: f64 = 6.0;

/// One bar.
pub(super) struct Bar {
    /// What it stands for.
    pub(super) title: String,
    /// How many it stands for.
    pub(super) total: usize,
    /// Where it begins: in pixels from above, or in per cent from the left.
    pub(super) at: String,
    /// Its parts, in the order of [`Kind::ALL`]; those of nothing are left out.
    pub(super) parts: Vec<Part>,
}

/// A part of a bar.
pub(super) struct Part {
    pub(super) kind: Kind,
    pub(super) count: usize,
    /// Where it begins, in per cent from the left or in pixels from above.
    pub(super) at: String,
    /// How long it is, in the same.
    pub(super) size: String,
    /// Where its number stands, where there is room.
    pub(super) middle: Option<String>,
}

/// A time line.
pub(super) struct TimeLine {
    pub(super) bars: Vec<Bar>,
    /// How wide a bar is, in per cent.
    pub(super) width: String,
    /// What the highest bar stands for.
    pub(super) most: usize,
}

/// A bar for each control, across: each as long as the largest allows.
pub(super) fn by_control(tally: &Tally) -> Vec<Bar> {
    let most = tally.controls.iter().map(|(_, counts)| counts.iter().sum()).max().unwrap_or(1).max(1);
    let bars = tally.controls.iter().enumerate().map(|(row, (control, counts))| {
        let of_kind = |kind: Kind| -> usize {
            let of_kind = Ending::ALL.iter().zip(counts).filter(|(ending, _)| ending.kind() == kind);
            of_kind.map(|(_, count)| count).sum()
        };
        let mut from = 0;
        let parts = Kind::ALL.into_iter().map(|kind| (kind, of_kind(kind))).filter(|(_, count)| *count > 0);
        let parts = parts.map(|(kind, count)| {
            let (at, size) = (share(from, most), share(count, most));
            from += count;
            let middle = (size >= ROOM).then(|| number(at + size / 2.0));
            Part { kind, count, at: number(at), size: number(size), middle }
        });
        Bar {
            title: control.clone(),
            total: counts.iter().sum(),
            at: (row * 52).to_string(),
            parts: parts.collect(),
        }
    });
    bars.collect()
}

/// A bar for each time, upwards.
pub(super) fn time_line(tally: &Tally) -> TimeLine {
    let most = tally.days.iter().map(|day| day.kinds.iter().sum()).max().unwrap_or(0);
    let slot = share(1, tally.days.len().max(1));
    let bars = tally.days.iter().enumerate().map(|(column, day)| {
        let mut from = 0;
        let parts = Kind::ALL.into_iter().zip(day.kinds).filter(|(_, count)| *count > 0);
        let parts = parts.map(|(kind, count)| {
            from += count;
            let top = HIGH - share(from, most.max(1)) / 100.0 * HIGH;
            let size = share(count, most.max(1)) / 100.0 * HIGH;
            Part { kind, count, at: number(top), size: number(size), middle: None }
        });
        let parts = parts.collect();
        Bar {
            title: day.first.clone(),
            total: day.kinds.iter().sum(),
            at: number(share(column, tally.days.len().max(1)) + slot / 10.0),
            parts,
        }
    });
    TimeLine { bars: bars.collect(), width: number(slot * 0.8), most }
}

#[expect(clippy::cast_precision_loss, reason = "nobody sees the difference in a chart")]
fn share(part: usize, of: usize) -> f64 {
    part as f64 * 100.0 / of as f64
}

fn number(value: f64) -> String {
    format!("{value:.2}")
}
