//! What a refusal does: it is noted, it is a warning, or it blocks.

use std::fmt;
use std::str::FromStr;

use seawall_core::UnknownName;
use seawall_waivers::Glob;

/// What becomes of what a policy refuses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// The audit event notes it.
    #[default]
    Audit,
    /// The client is warned.
    Warn,
    /// The request is refused.
    Enforce,
}

impl Mode {
    /// The name in settings and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Mode::Audit => "audit",
            Mode::Warn => "warn",
            Mode::Enforce => "enforce",
        }
    }

    /// The next stricter one; there is none above the strictest.
    pub fn above(self) -> Self {
        match self {
            Mode::Audit => Mode::Warn,
            Mode::Warn | Mode::Enforce => Mode::Enforce,
        }
    }

    /// The next milder one.
    fn below(self) -> Self {
        match self {
            Mode::Enforce => Mode::Warn,
            Mode::Warn | Mode::Audit => Mode::Audit,
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Mode::Audit, Mode::Warn, Mode::Enforce].into_iter().find(|mode| mode.as_str() == text).ok_or_else(
            || UnknownName { what: "mode", given: text.to_owned(), accepted: &["audit", "warn", "enforce"] },
        )
    }
}

/// A mode for some policies in some namespaces, for a share of the objects.
#[derive(Clone, Debug)]
pub struct ModeRule {
    /// The policies, or families of them; none means all.
    pub policies: Vec<Glob>,
    /// The namespaces; none means all, and what is in no namespace.
    pub namespaces: Vec<Glob>,
    /// The mode.
    pub mode: Mode,
    /// Of a hundred objects, how many get the mode; the others get the next milder one.
    pub rollout: u8,
}

impl ModeRule {
    fn mode_of(&self, object: Identity<'_>) -> Mode {
        if object.share() < self.rollout { self.mode } else { self.mode.below() }
    }
}

/// The modes of all policies: the first rule that fits decides.
#[derive(Clone, Debug, Default)]
pub struct Modes {
    /// The rules, in the order written.
    pub rules: Vec<ModeRule>,
    /// The mode where no rule fits.
    pub default: Mode,
}

/// What an object is called whatever its uid: the same object gets the same answer, on every replica and at every try. A
/// controller gives what it makes another name at every try, so that what it makes goes by the controller.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The namespace; empty at cluster scope.
    pub namespace: &'a str,
    /// The kind: of the controller, where there is one.
    pub kind: &'a str,
    /// The name of the controller; without one what the server makes the name from, or else the name.
    pub name: &'a str,
}

impl Identity<'_> {
    /// A number from 0 to 99 that depends on nothing else.
    pub fn share(&self) -> u8 {
        // FNV-1a, 64 bits, whose low bits are then mixed with the high ones.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for part in [self.namespace, self.kind, self.name] {
            for byte in part.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        }
        hash ^= hash >> 32;
        u8::try_from(hash % 100).unwrap_or(0)
    }
}

impl Modes {
    /// The mode of a policy of a family for an object.
    pub fn of(&self, policy: &str, family: &str, object: Identity<'_>) -> Mode {
        let fits = |globs: &[Glob], texts: &[&str]| {
            globs.is_empty() || globs.iter().any(|glob| texts.iter().any(|text| glob.matches(text)))
        };
        let rule = self.rules.iter().find(|rule| {
            fits(&rule.policies, &[policy, family]) && fits(&rule.namespaces, &[object.namespace])
        });
        rule.map_or(self.default, |rule| rule.mode_of(object))
    }

    /// Whether a policy of a family is enforced for any object.
    pub fn may_enforce(&self, policy: &str, family: &str) -> bool {
        let fits = |rule: &&ModeRule| {
            rule.policies.is_empty()
                || rule.policies.iter().any(|glob| glob.matches(policy) || glob.matches(family))
        };
        for rule in self.rules.iter().filter(fits) {
            if rule.mode == Mode::Enforce && rule.rollout > 0 {
                return true;
            }
            // No object comes to the rules behind it.
            if rule.namespaces.is_empty() {
                return false;
            }
        }
        self.default == Mode::Enforce
    }

    /// The strictest mode that any policy may have for an object.
    pub fn strictest(&self, object: Identity<'_>) -> Mode {
        let near = |rule: &&ModeRule| {
            rule.namespaces.is_empty() || rule.namespaces.iter().any(|glob| glob.matches(object.namespace))
        };
        let modes = self.rules.iter().filter(near).map(|rule| rule.mode_of(object));
        modes.fold(self.default, Mode::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(policies: &[&str], namespaces: &[&str], mode: Mode, rollout: u8) -> ModeRule {
        let globs = |texts: &[&str]| texts.iter().map(|text| Glob::new(text)).collect();
        ModeRule { policies: globs(policies), namespaces: globs(namespaces), mode, rollout }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let modes = Modes {
            rules: vec![
                rule(&["pod-privileged"], &["shop-*"], Mode::Enforce, 100),
                rule(&["pod-security"], &[], Mode::Warn, 100),
                rule(&[], &["prod"], Mode::Enforce, 100),
            ],
            default: Mode::Audit,
        };
        let at = |namespace| Identity { namespace, kind: "Pod", name: "web" };
        assert_eq!(modes.of("pod-privileged", "checks", at("shop-a")), Mode::Enforce);
        assert_eq!(modes.of("pod-privileged", "checks", at("dev")), Mode::Audit);
        assert_eq!(modes.of("restricted", "pod-security", at("prod")), Mode::Warn);
        assert_eq!(modes.of("pod-host-pid", "checks", at("prod")), Mode::Enforce);
        assert_eq!(modes.of("pod-host-pid", "checks", at("")), Mode::Audit);
    }

    #[test]
    fn whether_anything_is_enforced_is_known_beforehand() {
        let modes = Modes {
            rules: vec![
                rule(&["a"], &["shop"], Mode::Enforce, 100),
                rule(&["b"], &[], Mode::Enforce, 0),
                rule(&["f"], &["shop"], Mode::Warn, 100),
            ],
            default: Mode::Enforce,
        };
        let enforced = |policy, family| modes.may_enforce(policy, family);
        assert!(enforced("a", "f") && !enforced("b", "f") && enforced("c", "f"));
        assert!(!Modes { default: Mode::Audit, ..modes.clone() }.may_enforce("c", "f"));
    }

    #[test]
    fn a_share_of_the_objects_gets_the_mode_and_keeps_it() {
        let modes = Modes { rules: vec![rule(&[], &[], Mode::Enforce, 25)], default: Mode::Audit };
        let names: Vec<String> = (0..4000).map(|number| format!("web-{number}")).collect();
        let enforced = |modes: &Modes| -> Vec<bool> {
            let identity = |name| Identity { namespace: "shop", kind: "Pod", name };
            names.iter().map(|name| modes.of("p", "f", identity(name)) == Mode::Enforce).collect()
        };
        let first = enforced(&modes);
        let share = first.iter().filter(|enforced| **enforced).count();
        assert!((850..1150).contains(&share), "{share} of 4000");
        assert_eq!(first, enforced(&modes));
        // A larger share holds the smaller one: nobody who was refused is let in again.
        let wider = Modes { rules: vec![rule(&[], &[], Mode::Enforce, 50)], default: Mode::Audit };
        assert!(first.iter().zip(enforced(&wider)).all(|(before, after)| !before || after));
        let other = modes.of("p", "f", Identity { namespace: "", kind: "", name: "" });
        assert!(other == Mode::Enforce || other == Mode::Warn, "the rest is warned, not only noted");
    }

    /// The numbers were made once by this code: other ones would change who is refused.
    #[test]
    fn the_share_of_an_object_is_the_same_for_ever() {
        let share = |namespace, name| Identity { namespace, kind: "Pod", name }.share();
        assert_eq!((share("shop", "web"), share("shop", "db"), share("", "web")), (79, 82, 5));
    }
}
