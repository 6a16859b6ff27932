//! Times as people write them on the command line: `15m`.

use std::time::Duration;

/// No token that was printed by hand is good for longer.
const LONGEST: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long a token is good for: a whole number and a unit, from a second to 30 days.
pub fn ttl(text: &str) -> Result<Duration, String> {
    let unknown = || "write a number and one of s, m, h, d, like 15m".to_owned();
    let unit = match text.chars().last() {
        Some('s') => 1,
        Some('m') => 60,
        Some('h') => 60 * 60,
        Some('d') => 24 * 60 * 60,
        _ => return Err(unknown()),
    };
    let digits = text.get(..text.len() - 1).unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unknown());
    }
    let number: u64 = digits.parse().unwrap_or(u64::MAX);
    let time = Duration::from_secs(number.saturating_mul(unit));
    if time.is_zero() || time > LONGEST {
        Err("choose from 1s to 30d".to_owned())
    } else {
        Ok(time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_number_and_a_unit() {
        for (text, seconds) in [("1s", 1), ("15m", 900), ("2h", 7200), ("30d", 2_592_000), ("007m", 420)] {
            assert_eq!(ttl(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let odd = [
            "", "m", "15", "15 m", " 15m", "1.5h", "-1m", "+1m", "1w", "1M", "1h30m", "٣m", "15м", "0s", "31d",
        ];
        for text in odd.into_iter().chain(["99999999999999999999d"]) {
            assert!(ttl(text).is_err(), "{text}");
        }
    }
}
