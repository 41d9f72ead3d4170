//! Every check has a policy or a reason, and the two agree in what they say of themselves.

use seawall_checks::{SettingDefault, all, pss};
use seawall_policy::generate::{Parameter, find, not_expressible, policies};

#[test]
fn every_check_has_a_policy_or_a_reason() {
    for entry in all() {
        let (policy, reason) = (find(entry.id), not_expressible(entry.id));
        assert!(
            policy.is_some() != reason.is_some(),
            "{}: {}",
            entry.id,
            if policy.is_some() { "both" } else { "neither" }
        );
    }
}

#[test]
fn every_policy_has_a_check_or_a_control() {
    for policy in policies() {
        let title = match policy.level() {
            None => seawall_checks::find(policy.id()).map(|entry| entry.check.title),
            Some(_) => {
                pss::controls().iter().find(|control| control.check == policy.id()).map(|own| own.title)
            }
        };
        assert_eq!(Some(policy.title()), title, "{}", policy.id());
    }
}

#[test]
fn every_control_of_the_newest_version_has_a_policy_of_its_level() {
    for control in pss::controls() {
        let policy = find(control.check).unwrap_or_else(|| panic!("{}", control.check));
        let level = policy.level().unwrap().as_str();
        assert_eq!(level, control.level.as_str(), "{}", control.check);
    }
}

#[test]
fn settings_have_the_names_and_defaults_of_the_check() {
    for policy in policies() {
        let Some(entry) = seawall_checks::find(policy.id()) else { continue };
        for setting in policy.settings() {
            let declared = entry.check.settings.iter().find(|own| own.name == setting.name);
            let declared = declared.unwrap_or_else(|| panic!("{}: {}", policy.id(), setting.name));
            let default = match declared.default {
                SettingDefault::Strings(texts) => {
                    Parameter::Strings(texts.iter().map(|text| (*text).to_owned()).collect())
                }
                SettingDefault::Int(number) => Parameter::Int(number),
                SettingDefault::Bool(flag) => Parameter::Bool(flag),
            };
            assert_eq!(setting.default, default, "{}: {}", policy.id(), setting.name);
        }
        // The amount that a fix writes decides no verdict.
        for declared in entry.check.settings.iter().filter(|own| own.name != "amount") {
            let known = policy.settings().any(|setting| setting.name == declared.name);
            assert!(known, "{}: {}", policy.id(), declared.name);
        }
    }
}
