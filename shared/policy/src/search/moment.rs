//! Dates as IAM writes them: ISO 8601, or seconds since 1970.

/// Seconds since 1970.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds);
    }
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let mut fields = date.split('-').map(number);
    let (year, month, day) =
        (fields.next()??, fields.next().unwrap_or(Some(1))?, fields.next().unwrap_or(Some(1))?);
    if fields.next().is_some() || !(1..=12).contains(&month) || !(1..=31).contains(&day) || year > 9999 {
        return None;
    }
    let seconds = match time {
        Some(time) => clock(time)?,
        None => 0,
    };
    Some(days_since_1970(year, month, day) * 86_400 + seconds)
}

/// The ISO 8601 form of seconds since 1970; beyond the year 9999, which that form does not have, the seconds.
pub(crate) fn format(seconds: i64) -> String {
    if !(0..253_402_300_800).contains(&seconds) {
        return seconds.to_string();
    }
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_index = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_index + 2) / 5 + 1;
    let month = if month_index < 10 { month_index + 3 } else { month_index - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3_600, rest / 60 % 60, rest % 60)
}

fn number(field: &str) -> Option<i64> {
    (!field.is_empty() && field.len() <= 9 && field.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| field.parse().ok())
        .flatten()
}

/// Seconds since midnight, in UTC.
fn clock(time: &str) -> Option<i64> {
    let zone = time.find(['Z', 'z', '+', '-']);
    let (local, zone) = zone.map_or((time, ""), |at| time.split_at(at));
    let local = local.split_once('.').map_or(local, |(whole, _)| whole);
    let mut fields = local.split(':').map(number);
    let hours = fields.next()??;
    let minutes = fields.next().unwrap_or(Some(0))?;
    let seconds = fields.next().unwrap_or(Some(0))?;
    if fields.next().is_some() || hours > 24 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some(hours * 3_600 + minutes * 60 + seconds - offset(zone)?)
}

fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z' | 'z') => return (zone.len() <= 1).then_some(0),
        Some('+') => 1,
        _ => -1,
    };
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let value = number(&digits)?;
    Some(sign * if digits.len() <= 2 { value * 3_600 } else { value / 100 * 3_600 + value % 100 * 60 })
}

fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}
