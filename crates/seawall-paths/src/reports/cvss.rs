//! Whether a CVSS vector speaks of somebody on the network who runs code without a login.
//!
//! Sources: the specifications of CVSS 2.0, 3.0, 3.1 and 4.0 by FIRST. A flaw runs code when it takes both confidentiality
//! and integrity whole; one that only takes availability stops the service.

/// What a vector says of the way in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Over the network, without a login, without anybody's help.
    Open,
    /// The same, under conditions that the attacker does not make.
    Hard,
    /// None.
    None,
}

/// Reads a vector; `None` when it is none.
pub(super) fn judge(vector: &str) -> Option<Way> {
    /// A vector of CVSS 4.0 with every metric has fewer.
    const MOST: usize = 64;
    let vector = vector.trim().trim_start_matches('(').trim_end_matches(')');
    let metrics: Vec<(&str, &str)> =
        vector.split('/').take(MOST).filter_map(|metric| metric.split_once(':')).collect();
    let get =
        |name: &str| metrics.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| *value);
    let is = |name: &str, wanted: &str| get(name).is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    get("AV")?;
    // Version 2 knows no privileges, but logins, and calls the whole of an impact complete.
    let (login, help, whole, hard) = if get("Au").is_some() {
        (!is("Au", "N"), false, is("C", "C") && is("I", "C"), !is("AC", "L"))
    } else if get("VC").is_some() {
        let whole = is("VC", "H") && is("VI", "H");
        (!is("PR", "N"), !is("UI", "N"), whole, !is("AC", "L") || !is("AT", "N"))
    } else {
        get("PR")?;
        (!is("PR", "N"), !is("UI", "N"), is("C", "H") && is("I", "H"), !is("AC", "L"))
    };
    Some(match (is("AV", "N") && !login && !help && whole, hard) {
        (false, _) => Way::None,
        (true, false) => Way::Open,
        (true, true) => Way::Hard,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_all_versions() {
        for (vector, way) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", Some(Way::Open)),
            ("CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(Way::Hard)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", Some(Way::None)),
            ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", Some(Way::None)),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", Some(Way::None)),
            ("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(Way::None)),
            ("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", Some(Way::None)),
            ("(AV:N/AC:L/Au:N/C:C/I:C/A:C)", Some(Way::Open)),
            ("AV:N/AC:M/Au:N/C:C/I:C/A:C", Some(Way::Hard)),
            ("AV:N/AC:L/Au:N/C:P/I:P/A:P", Some(Way::None)),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(Way::Open)),
            ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(Way::Hard)),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", Some(Way::None)),
            ("AV:N", None),
            ("9.8", None),
            ("", None),
            ("//::/AV:/", None),
        ] {
            assert_eq!(judge(vector), way, "{vector}");
        }
    }
}
