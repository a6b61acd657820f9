//! A preview as a page.

use askama::Template;
use counts::counted;
use remediation::clock::rfc3339;

use crate::{Part, Preview, RECORDS, Would, reasons, unread, worst};

#[derive(Template)]
#[template(path = "preview.html")]
struct Page {
    of: String,
    records: &'static str,
    made_at: String,
    totals: Vec<(&'static str, &'static str, usize)>,
    parts: Vec<Row>,
    controls: Vec<&'static str>,
    resources: Vec<Resource>,
    unread: Vec<(String, usize)>,
}

/// A control in a Region.
struct Row {
    title: String,
    seen: String,
    clean: usize,
    counts: Vec<usize>,
    not_listed: Option<String>,
}

struct Resource {
    would: &'static str,
    rank: usize,
    severity: &'static str,
    severity_rank: u8,
    control: &'static str,
    region: String,
    name: String,
    arn: String,
    console: Option<String>,
    why: String,
    reasons: Vec<String>,
    steps: Vec<String>,
    before: Option<String>,
}

/// The preview as one self-contained page: no request leaves it, and it can be sorted, filtered and printed.
///
/// # Errors
/// Never, as long as the page's template can be filled in.
pub fn html(preview: &Preview) -> Result<String, askama::Error> {
    let mut resources: Vec<Resource> = preview.parts.iter().flat_map(resources).collect();
    resources.sort_by_key(|one| (one.rank, std::cmp::Reverse(one.severity_rank)));
    let total = |would| preview.parts.iter().map(|part| part.count(would)).sum();
    // Each once, wherever it looked.
    let mut controls: Vec<&str> = Vec::new();
    for part in &preview.parts {
        if !controls.contains(&part.control) {
            controls.push(part.control);
        }
    }
    Page {
        of: preview.of.clone(),
        records: RECORDS,
        made_at: rfc3339(preview.made_at),
        totals: Would::ALL.iter().map(|would| (would.as_str(), would.title(), total(*would))).collect(),
        parts: preview.parts.iter().map(row).collect(),
        controls,
        resources,
        unread: unread(preview),
    }
    .render()
}

fn row(part: &Part) -> Row {
    Row {
        title: part.title(),
        seen: counted(part.seen, part.noun),
        clean: part.clean(),
        counts: Would::ALL.iter().map(|would| part.count(*would)).collect(),
        not_listed: part.not_listed.as_ref().map(ToString::to_string),
    }
}

fn resources(part: &Part) -> Vec<Resource> {
    let all = part.sorted().into_iter().map(|(would, report)| {
        let (subject, reasons) = (&report.subject, reasons(report));
        let severity = worst(report);
        Resource {
            would: would.as_str(),
            rank: Would::ALL.iter().position(|one| *one == would).unwrap_or_default(),
            severity: severity.map_or("", remediation::Severity::as_str),
            severity_rank: severity.map_or(0, |severity| severity as u8 + 1),
            control: report.control,
            region: subject.region.to_string(),
            name: subject.resource.id().to_owned(),
            arn: subject.arn(),
            console: subject.console_url(),
            why: reasons.first().cloned().unwrap_or_default(),
            reasons,
            steps: report.planned.clone(),
            before: report.before.as_ref().map(|before| format!("{before:#}")),
        }
    });
    all.collect()
}
