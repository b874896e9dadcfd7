//! Parts of a moment in UTC, given as seconds since the epoch: `hour()`, `day_of_week()` and their like.

/// The function that takes that part.
pub(super) fn part(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "minute" => |at| (seconds(at).rem_euclid(3600) / 60) as f64,
        "hour" => |at| (seconds(at).rem_euclid(DAY) / 3600) as f64,
        // The epoch was a Thursday.
        "day_of_week" => |at| (days(at) + 4).rem_euclid(7) as f64,
        "day_of_month" => |at| Date::of(days(at)).day as f64,
        "day_of_year" => |at| {
            let date = Date::of(days(at));
            (days(at) - Date::first_of_year(date.year) + 1) as f64
        },
        "days_in_month" => |at| Date::of(days(at)).days_in_month() as f64,
        "month" => |at| Date::of(days(at)).month as f64,
        "year" => |at| Date::of(days(at)).year as f64,
        _ => return None,
    })
}

const DAY: i64 = 86_400;

fn seconds(at: f64) -> i64 {
    at as i64
}

fn days(at: f64) -> i64 {
    seconds(at).div_euclid(DAY)
}

/// A day of the Gregorian calendar.
struct Date {
    year: i64,
    month: i64,
    day: i64,
}

impl Date {
    /// From days since the epoch. Years begin in March here, so that the leap day is their last.
    fn of(days: i64) -> Self {
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let month = if march_month < 10 {
            march_month + 3
        } else {
            march_month - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month,
            day: day_of_year - (153 * march_month + 2) / 5 + 1,
        }
    }

    /// Days since the epoch of January 1st.
    fn first_of_year(year: i64) -> i64 {
        let before = year - 1;
        365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) - 719_162
    }

    fn days_in_month(&self) -> i64 {
        let is_leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if is_leap => 29,
            2 => 28,
            _ => 31,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_those_of_the_calendar() {
        let check = |at: f64, expected: [f64; 8]| {
            let names = [
                "year",
                "month",
                "day_of_month",
                "day_of_week",
                "day_of_year",
                "days_in_month",
                "hour",
                "minute",
            ];
            let found = names.map(|name| part(name).map_or(f64::NAN, |part| part(at)));
            assert_eq!(found, expected, "{at}");
        };
        check(0.0, [1970.0, 1.0, 1.0, 4.0, 1.0, 31.0, 0.0, 0.0]);
        check(951_827_696.0, [2000.0, 2.0, 29.0, 2.0, 60.0, 29.0, 12.0, 34.0]);
        check(-1.0, [1969.0, 12.0, 31.0, 3.0, 365.0, 31.0, 23.0, 59.0]);
        check(4_107_542_399.0, [2100.0, 2.0, 28.0, 0.0, 59.0, 28.0, 23.0, 59.0]);
    }
}
