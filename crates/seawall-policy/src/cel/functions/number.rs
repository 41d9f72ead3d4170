//! Doubles as Go writes them.

/// A double in a message.
pub(super) fn double(value: f64) -> String {
    shortest(value)
}

/// Go's `strconv.FormatFloat(value, 'g', -1, 64)`: the fewest digits that read back the same, with an exponent below -4
/// and from 6 on. Source: <https://pkg.go.dev/strconv#FormatFloat>.
pub(super) fn shortest(value: f64) -> String {
    match word(value) {
        Some("Infinity") => return "+Inf".to_owned(),
        Some("-Infinity") => return "-Inf".to_owned(),
        Some(word) => return word.to_owned(),
        None => {}
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) { value.to_string() } else { with_exponent(mantissa, exponent) }
}

/// A number that has no digits.
pub(super) fn word(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}

/// `%.<precision>e`: an exponent has a sign and at least two digits.
pub(super) fn scientific(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    with_exponent(mantissa, exponent.parse().unwrap_or(0))
}

fn with_exponent(mantissa: &str, exponent: i32) -> String {
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}
