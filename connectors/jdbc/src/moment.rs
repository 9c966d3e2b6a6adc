//! Instants with nanoseconds, wall-clock times, and the time zone between them (`db.timezone`).

use std::str::FromStr;

use chrono::{MappedLocalTime, NaiveDate, Offset, TimeZone};

/// An instant: seconds since 1970-01-01T00:00:00Z, and nanoseconds within the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Moment {
    pub(crate) seconds: i64,
    pub(crate) nanos: u32,
}

/// A date and time of day as a clock on a wall shows it; always a valid one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WallTime {
    /// Days since 1970-01-01.
    pub(crate) day: i64,
    /// Seconds since midnight, below 86,400.
    pub(crate) second: u32,
    /// Nanoseconds within the second.
    pub(crate) nanos: u32,
}

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zone {
    Utc,
    /// Seconds east of UTC.
    Fixed(i32),
    Named(chrono_tz::Tz),
}

const DAY_SECONDS: i64 = 86_400;

impl Moment {
    pub(crate) fn from_millis(millis: i64) -> Self {
        Self { seconds: millis.div_euclid(1000), nanos: (millis.rem_euclid(1000) * 1_000_000) as u32 }
    }

    /// Milliseconds since the epoch, cut off towards the past.
    pub(crate) fn millis(self) -> i64 {
        self.seconds.saturating_mul(1000).saturating_add(i64::from(self.nanos / 1_000_000))
    }

    pub(crate) fn micros(self) -> i64 {
        self.seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.nanos / 1_000))
    }

    /// Nanoseconds since the epoch, which 64 bits hold until the year 2262.
    pub(crate) fn nanos_since_epoch(self) -> i128 {
        i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos)
    }

    pub(crate) fn minus_millis(self, millis: i64) -> Self {
        let nanos = i64::from(self.nanos) - millis.rem_euclid(1000) * 1_000_000;
        Self {
            seconds: self.seconds - millis.div_euclid(1000) - i64::from(nanos < 0),
            nanos: nanos.rem_euclid(1_000_000_000) as u32,
        }
    }

    /// The instant cut to this many digits after the second (0 to 9).
    pub(crate) fn truncated(self, fraction_digits: u32) -> Self {
        let unit = 10u32.pow(9 - fraction_digits.min(9));
        Self { seconds: self.seconds, nanos: self.nanos / unit * unit }
    }

    pub(crate) fn to_wall(self, zone: Zone) -> WallTime {
        let local = self.seconds.saturating_add(zone.offset_at(self.seconds));
        WallTime {
            day: local.div_euclid(DAY_SECONDS),
            second: local.rem_euclid(DAY_SECONDS) as u32,
            nanos: self.nanos,
        }
    }
}

impl WallTime {
    /// Midnight of a calendar date, `None` if there is no such date.
    pub(crate) fn date(year: i32, month: u32, day: u32) -> Option<Self> {
        let longest = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            _ => return None,
        };
        (1..=longest).contains(&day).then(|| Self {
            day: days_from_civil(year, month, day),
            second: 0,
            nanos: 0,
        })
    }

    /// The same date at a time of day; `None` beyond 23:59:59.999999999 (a leap second counts as the second before).
    pub(crate) fn at(self, hour: u32, minute: u32, second: u32, nanos: u32) -> Option<Self> {
        let valid = hour < 24 && minute < 60 && second <= 60 && nanos < 1_000_000_000;
        valid.then(|| Self { day: self.day, second: hour * 3600 + minute * 60 + second.min(59), nanos })
    }

    /// The instant at which a clock in this zone shows this time. In the hour that comes twice the first is meant; in
    /// the hour that is left out the time after it, as Java has it.
    pub(crate) fn to_moment(self, zone: Zone) -> Moment {
        let local = self.day * DAY_SECONDS + i64::from(self.second);
        Moment { seconds: local - zone.offset_for_wall(local), nanos: self.nanos }
    }

    /// `2024-01-31 12:00:00`, with as many digits after the second as it has (none, or up to nine).
    pub(crate) fn text(self, separator: char) -> String {
        let mut text = self.text_with_digits(separator, 9);
        if self.nanos == 0 {
            text.truncate(text.len() - 10);
        } else {
            text.truncate(text.trim_end_matches('0').len());
        }
        text
    }

    /// The same with exactly this many digits (1 to 9) after the second.
    pub(crate) fn text_with_digits(self, separator: char, digits: usize) -> String {
        let (year, month, day) = civil_from_days(self.day);
        let (hour, minute, second) = (self.second / 3600, self.second / 60 % 60, self.second % 60);
        let fraction = format!("{:09}", self.nanos);
        let fraction = &fraction[..digits.clamp(1, 9)];
        format!("{year:04}-{month:02}-{day:02}{separator}{hour:02}:{minute:02}:{second:02}.{fraction}")
    }

    /// Reads `2024-01-31`, `2024-01-31 12:00`, `2024-01-31T12:00:00.123456`, with an offset (`Z`, `+02`, `+02:00`)
    /// after it. Gives the wall time and the offset in seconds, if there is one.
    pub(crate) fn parse(text: &str) -> Option<(Self, Option<i64>)> {
        let bytes = text.trim().as_bytes();
        let year_end = bytes.iter().skip(1).position(|b| *b == b'-')? + 1;
        let year: i32 = number(&bytes[..year_end])?.try_into().ok()?;
        let rest = bytes.get(year_end + 1..)?;
        if rest.len() < 5 || rest[2] != b'-' {
            return None;
        }
        let date = Self::date(year, number(&rest[..2])? as u32, number(&rest[3..5])? as u32)?;
        match rest.get(5) {
            None => Some((date, None)),
            Some(b' ' | b'T') => parse_time(date, &rest[6..]),
            Some(_) => None,
        }
    }
}

/// Reads `12:00[:00[.123456]][offset]`.
fn parse_time(date: WallTime, bytes: &[u8]) -> Option<(WallTime, Option<i64>)> {
    if bytes.len() < 5 || bytes[2] != b':' {
        return None;
    }
    let (hour, minute) = (number(&bytes[..2])? as u32, number(&bytes[3..5])? as u32);
    let mut rest = &bytes[5..];
    let (mut second, mut nanos) = (0, 0);
    if rest.first() == Some(&b':') {
        second = number(rest.get(1..3)?)? as u32;
        rest = &rest[3..];
        if rest.first() == Some(&b'.') {
            let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            nanos = fraction_nanos(&rest[1..=digits])?;
            rest = &rest[1 + digits..];
        }
    }
    Some((date.at(hour, minute, second, nanos)?, parse_offset(rest)?))
}

/// Nanoseconds of the digits after the point; those beyond nine are cut off.
pub(crate) fn fraction_nanos(digits: &[u8]) -> Option<u32> {
    let kept = &digits[..digits.len().min(9)];
    Some(number(kept)? as u32 * 10u32.pow(9 - kept.len() as u32))
}

fn parse_offset(bytes: &[u8]) -> Option<Option<i64>> {
    let sign = match bytes.first() {
        None => return Some(None),
        Some(b'Z' | b'z') if bytes.len() == 1 => return Some(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        Some(_) => return None,
    };
    let text: Vec<u8> = bytes[1..].iter().copied().filter(|b| *b != b':').collect();
    let part = |from: usize| match text.get(from..from + 2) {
        Some(two) => number(two),
        None => (text.len() == from).then_some(0),
    };
    let (hours, minutes, seconds) =
        (number(text.get(..2)?)?, part(2)?, if text.len() > 4 { part(4)? } else { 0 });
    Some(Some(sign * (hours * 3600 + minutes * 60 + seconds)))
}

/// A decimal number of at most 18 digits; a leading minus is taken.
fn number(digits: &[u8]) -> Option<i64> {
    let (negative, digits) = match digits.split_first() {
        Some((b'-', rest)) => (true, rest),
        _ => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Some(if negative { -value } else { value })
}

impl Zone {
    fn offset_at(self, utc_seconds: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => seconds.into(),
            Self::Named(zone) => naive(utc_seconds)
                .map_or(0, |utc| zone.offset_from_utc_datetime(&utc).fix().local_minus_utc().into()),
        }
    }

    fn offset_for_wall(self, local_seconds: i64) -> i64 {
        match self {
            Self::Utc => 0,
            Self::Fixed(seconds) => seconds.into(),
            Self::Named(zone) => {
                let Some(local) = naive(local_seconds) else { return 0 };
                match zone.offset_from_local_datetime(&local) {
                    MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                        offset.fix().local_minus_utc().into()
                    }
                    // In the gap the offset from before it counts.
                    MappedLocalTime::None => {
                        self.offset_at(local_seconds - self.offset_at(local_seconds) - 7200)
                    }
                }
            }
        }
    }
}

fn naive(seconds: i64) -> Option<chrono::NaiveDateTime> {
    chrono::DateTime::from_timestamp(seconds, 0).map(|time| time.naive_utc())
}

impl FromStr for Zone {
    type Err = ();

    /// Java's names: `Europe/Berlin`, `UTC`, `GMT+2`, `+02:00`.
    fn from_str(name: &str) -> Result<Self, ()> {
        if matches!(name, "UTC" | "Z" | "GMT" | "Etc/UTC" | "Universal" | "Zulu" | "UCT") {
            return Ok(Self::Utc);
        }
        if let Ok(zone) = name.parse::<chrono_tz::Tz>() {
            return Ok(Self::Named(zone));
        }
        let shift = name.strip_prefix("GMT").or_else(|| name.strip_prefix("UTC")).unwrap_or(name);
        let padded = match shift.as_bytes() {
            [sign, hour] => format!("{}0{}", char::from(*sign), char::from(*hour)),
            _ => shift.to_owned(),
        };
        match parse_offset(padded.as_bytes()) {
            Some(Some(seconds)) if seconds.abs() <= 18 * 3600 => Ok(Self::Fixed(seconds as i32)),
            _ => Err(()),
        }
    }
}

/// Days since 1970-01-01 of a date in the proleptic Gregorian calendar.
pub(crate) fn days_from_civil(year: i32, month: u32, day: u32) -> i64 {
    // Years begin in March here, so that the leap day is a year's last.
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year =
        (153 * (i64::from(month) + if month > 2 { -3 } else { 9 }) + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i32, u32, u32) {
    use chrono::Datelike;
    let date =
        i32::try_from(days + 719_163).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or_default();
    (date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_become_instants_and_back() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let (wall, offset) = WallTime::parse("2024-07-01 12:30:15.250").unwrap();
        assert_eq!(offset, None);
        let moment = wall.to_moment(berlin);
        assert_eq!(moment.millis(), 1_719_829_815_250);
        assert_eq!(moment.to_wall(berlin), wall);
        assert_eq!(wall.text(' '), "2024-07-01 12:30:15.25");
        assert_eq!(wall.to_moment(Zone::Utc).to_wall(Zone::Utc), wall);
    }

    #[test]
    fn days_agree_with_the_calendar_over_a_millennium() {
        for day in (-400_000..600_000).step_by(97) {
            let (y, m, d) = civil_from_days(day);
            assert_eq!(days_from_civil(y, m, d), day);
        }
    }

    #[test]
    fn the_hour_left_out_in_spring_counts_as_after_it() {
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let (gap, _) = WallTime::parse("2024-03-31 02:30:00").unwrap();
        assert_eq!(gap.to_moment(berlin).to_wall(berlin).text(' '), "2024-03-31 03:30:00");
    }

    #[test]
    fn offsets_and_odd_texts_are_read_or_refused() {
        assert_eq!(WallTime::parse("2024-01-01T00:00:00+02").unwrap().1, Some(7200));
        assert_eq!(WallTime::parse("2024-01-01 00:00:00-03:30").unwrap().1, Some(-12_600));
        for bad in
            ["", "2024", "2024-13-01", "2024-02-30", "2024-01-01 25:00", "0000-00-00", "infinity", "x-01-01"]
        {
            assert!(WallTime::parse(bad).is_none(), "{bad}");
        }
        assert_eq!("GMT+2".parse(), Ok(Zone::Fixed(7200)));
        assert!("Mars/Olympus".parse::<Zone>().is_err());
    }

    #[test]
    fn moments_before_the_epoch_keep_their_order() {
        let moment = Moment::from_millis(-1);
        assert_eq!((moment.seconds, moment.nanos, moment.millis()), (-1, 999_000_000, -1));
        assert_eq!(Moment::from_millis(500).minus_millis(1_501).millis(), -1_001);
        assert_eq!(Moment { seconds: 5, nanos: 123_456_789 }.truncated(3).nanos, 123_000_000);
    }
}
