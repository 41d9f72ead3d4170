//! The controls as a table, and policies as the labels of namespaces write them.

use seawall_checks::pss::Level::{Baseline, Restricted};
use seawall_checks::pss::{Level, Policy, Version, control, controls};
use seawall_core::Severity;

#[test]
fn controls_are_in_upstreams_order_and_named_after_it() {
    let kebab = |id: &str| {
        let mut name = String::from("pss-");
        let mut before = '-';
        for c in id.chars() {
            match c {
                '_' => name.push('-'),
                c if c.is_uppercase() && before.is_lowercase() => name.extend(['-', c.to_ascii_lowercase()]),
                // The L of seLinux ends no word.
                c => name.push(c.to_ascii_lowercase()),
            }
            before = c;
        }
        name
    };
    let order: Vec<(Level, &str)> = controls().iter().map(|control| (control.level, control.id)).collect();
    let mut sorted = order.clone();
    sorted.sort();
    assert_eq!(order, sorted);
    assert_eq!(order.len(), 19);
    for control in controls() {
        assert_eq!(control.check, kebab(control.id));
        let info = control.info();
        let severity = if control.level == Baseline { Severity::High } else { Severity::Medium };
        assert_eq!(info.severity, severity);
        assert!(info.frameworks.iter().any(|framework| framework == "PSS:restricted"));
        assert_eq!(
            info.frameworks.iter().any(|framework| framework == "PSS:baseline"),
            control.level == Baseline
        );
        for text in [control.title, control.why, control.help] {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text}", control.id);
        }
    }
    assert_eq!(control("seLinuxOptions").unwrap().check, "pss-se-linux-options");
    assert!(control("selinuxoptions").is_none());
}

#[test]
fn policies_are_read_as_labels_are() {
    for (text, policy) in [
        ("restricted", Some(Policy::new(Restricted, Version::LATEST))),
        ("restricted:latest", Some(Policy::new(Restricted, Version::LATEST))),
        ("baseline:v1.31", Some(Policy::new(Baseline, Version::v1(31)))),
        ("privileged:v1.0", Some(Policy::new(Level::Privileged, Version::v1(0)))),
        ("restricted:v1.99", Some(Policy::new(Restricted, Version::v1(99)))),
        ("Restricted", None),
        ("restricted:", None),
        ("restricted:1.31", None),
        ("restricted:v1.031", None),
        ("restricted:v1.00", None),
        ("restricted:v1.", None),
        ("restricted:v1.+3", None),
        ("restricted:v2.0", None),
        ("restricted:v1.99999999999", None),
        ("restricted:Latest", None),
    ] {
        assert_eq!(text.parse::<Policy>().ok(), policy, "{text}");
    }
    assert_eq!("v1.99".parse::<Version>().unwrap().minor(), Version::NEWEST_MINOR);
    assert_eq!(Version::LATEST.minor(), 37);
    assert_eq!("restricted:v1.99".parse::<Policy>().unwrap().to_string(), "restricted:v1.99");
    assert_eq!(
        "strict".parse::<Policy>().unwrap_err().to_string(),
        "unknown Pod Security level `strict`, expected one of: privileged, baseline, restricted"
    );
}
