//! All defaults in words.

use std::fmt::Write as _;

use seawall_policy::defaults::{DEFAULTS, SETS};

pub(super) fn text() -> String {
    let mut out = String::new();
    for (name, what) in SETS {
        let of = DEFAULTS.iter().filter(|one| one.sets_of.contains(&name)).map(|one| one.name);
        // Writing to a text does not fail.
        let _ = writeln!(out, "{name}: {what}\n  {}", of.collect::<Vec<_>>().join(", "));
    }
    for one in &DEFAULTS {
        let _ = writeln!(out, "{}\n  sets {}\n  may break {}", one.name, one.sets, one.breaks);
    }
    out
}
