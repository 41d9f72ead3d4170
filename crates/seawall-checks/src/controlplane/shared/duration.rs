//! Durations as Go writes them: `1h30m`, `90s`, `1.5h`, `0`.

/// Seconds, or `None` for no duration. A number without unit is none, but for 0.
pub(crate) fn seconds(text: &str) -> Option<f64> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(body) => (true, body),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if body == "0" {
        return Some(0.0);
    }
    let mut rest = body;
    let mut total = 0.0;
    while !rest.is_empty() {
        let (number, behind) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit() && c != '.')?);
        let (unit, behind) =
            behind.split_at(behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len()));
        let factor = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        rest = behind;
    }
    (!body.is_empty()).then_some(if negative { -total } else { total })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_go_reads() {
        for (text, wanted) in [
            ("60s", Some(60.0)),
            ("2m3s", Some(123.0)),
            ("1s9m3h", Some(11341.0)),
            ("1.5h", Some(5400.0)),
            ("0", Some(0.0)),
            ("0s", Some(0.0)),
            ("-1s", Some(-1.0)),
            ("1h0m0s", Some(3600.0)),
            ("2", None),
            ("", None),
            ("s", None),
            ("1x", None),
            ("1sä", None),
        ] {
            assert_eq!(seconds(text), wanted, "{text}");
        }
    }
}
