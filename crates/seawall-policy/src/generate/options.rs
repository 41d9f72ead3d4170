//! How policies are to be installed.

use std::collections::BTreeMap;

use super::Parameters;

/// What happens to an object that a policy does not allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It is written to the audit log of the API server.
    #[default]
    Audit,
    /// Whoever applies it is warned, besides.
    Warn,
    /// It is refused.
    Enforce,
}

impl Mode {
    /// As the binding spells it. The API server refuses `Deny` together with `Warn`.
    pub(super) fn actions(self) -> &'static [&'static str] {
        match self {
            Mode::Audit => &["Audit"],
            Mode::Warn => &["Warn", "Audit"],
            Mode::Enforce => &["Deny"],
        }
    }
}

/// What happens when a policy itself fails: a limit is reached, a parameter is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnFailure {
    /// As if the object were not allowed.
    Fail,
    /// As if there were no policy.
    Ignore,
}

impl OnFailure {
    pub(super) fn name(self) -> &'static str {
        match self {
            OnFailure::Fail => "Fail",
            OnFailure::Ignore => "Ignore",
        }
    }
}

/// Where parameters are read from when a policy is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigMap {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

/// How policies are to be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What happens to an object that is not allowed.
    pub mode: Mode,
    /// What happens when a policy itself fails. Unset it follows the mode: only what enforces may stand in the way.
    pub on_failure: Option<OnFailure>,
    /// What the names of all objects begin with.
    pub prefix: String,
    /// Namespaces that the bindings leave alone. Objects at cluster scope are judged wherever a policy is about them.
    pub except: Vec<String>,
    /// Labels that a namespace must have; with none, every namespace counts that is not excepted.
    pub labels: BTreeMap<String, String>,
    /// Parameters of checks; those that are not here have the defaults of the check.
    pub parameters: Parameters,
    /// Reads the parameters from a ConfigMap, by the keys `<check>.<setting>`, one item of a list a line; those that it
    /// does not hold are as without it.
    pub config_map: Option<ConfigMap>,
}

impl Default for Options {
    /// Audits everywhere but in the namespaces that hold the control plane, of which no policy may take the cluster down.
    fn default() -> Self {
        Options {
            mode: Mode::Audit,
            on_failure: None,
            prefix: "seawall".to_owned(),
            except: ["kube-node-lease", "kube-public", "kube-system"].map(str::to_owned).to_vec(),
            labels: BTreeMap::new(),
            parameters: Parameters::default(),
            config_map: None,
        }
    }
}

impl Options {
    pub(super) fn failure(&self) -> OnFailure {
        self.on_failure.unwrap_or(match self.mode {
            Mode::Audit | Mode::Warn => OnFailure::Ignore,
            Mode::Enforce => OnFailure::Fail,
        })
    }
}
