//! `seawall policy generate`

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use seawall_checks::{Profile, Select, SettingValue, pick};
use seawall_policy::generate::{
    ConfigMap, Generated, Mode, OnFailure, Options, Parameter, Parameters, What, find, generate,
    not_expressible,
};

use crate::ExitStatus;
use crate::commands::key_value;
use crate::config::{self, Config};
use crate::output;

/// Make policies of checks.
#[derive(Debug, Args)]
pub(super) struct GenerateArgs {
    /// A check id, `pss:baseline`, `pss:restricted`, `default`, `all`, `area:pod`, `pillar:nodes`, `framework:CIS-1.12`
    #[arg(value_name = "WHAT", required_unless_present = "list")]
    what: Vec<String>,
    /// What happens to an object that is not admitted
    #[arg(long, value_enum, default_value_t = ModeArg::Audit, value_name = "MODE")]
    mode: ModeArg,
    /// What happens when a policy itself fails [default: `fail` when it enforces, else `ignore`]
    #[arg(long, value_enum, value_name = "WHAT")]
    on_failure: Option<FailureArg>,
    /// What the names of the objects begin with
    #[arg(long, default_value = "seawall", value_name = "NAME")]
    prefix: String,
    /// A namespace that is left alone; may be repeated [default: kube-node-lease, kube-public, kube-system]
    #[arg(long = "except", value_name = "NAMESPACE")]
    except: Vec<String>,
    /// A label that a namespace must have for the policies to count there; may be repeated
    #[arg(long = "namespace-label", value_parser = key_value, value_name = "KEY=VALUE")]
    labels: Vec<String>,
    /// Read the parameters of checks from this ConfigMap when a request comes, by the keys `CHECK.SETTING`
    #[arg(long, value_parser = config_map, value_name = "NAMESPACE/NAME")]
    params: Option<ConfigMap>,
    /// Configuration file, whose settings of checks go into the policies [default: `seawall.yaml` in this folder or one
    /// above]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// List the checks that have a policy, and the reason where one has none
    #[arg(long, conflicts_with = "what")]
    list: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ModeArg {
    /// Written to the audit log
    Audit,
    /// The client is warned, besides
    Warn,
    /// Refused
    Enforce,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailureArg {
    /// As if the object were not admitted
    Fail,
    /// As if there were no policy
    Ignore,
}

pub(super) fn run(args: &GenerateArgs) -> anyhow::Result<ExitStatus> {
    if args.list {
        return list();
    }
    let config = config::load(args.config.as_deref())?;
    let options = options(args, &config);
    let mut text = String::new();
    let mut left = BTreeMap::new();
    for word in &args.what {
        // A ConfigMap may bring the setting later.
        let entry = seawall_checks::find(word).filter(|_| args.params.is_none());
        if let Some(text) = entry.and_then(|entry| entry.check.idle(&config.settings)) {
            bail!(text);
        }
        let Generated { text: made, left: not_made, .. } = generate(&what(word)?, &options)?;
        text.push_str(&made);
        left.extend(not_made.into_iter().map(|left| (left.check, left.reason)));
    }
    super::super::print(text.as_bytes())?;
    if !left.is_empty() {
        let count = match left.len() {
            1 => "1 check is no policy".to_owned(),
            count => format!("{count} checks are no policies"),
        };
        output::note(&format!("{count}: `seawall policy generate --list` says why"));
    }
    Ok(ExitStatus::Clean)
}

/// What a word asks for.
fn what(word: &str) -> anyhow::Result<What> {
    let (select, profile) = match word {
        "default" => (Vec::new(), Profile::Default),
        "all" => (Vec::new(), Profile::All),
        _ => match word.strip_prefix("pss:") {
            Some(level) => match level.parse() {
                Ok(level) => return Ok(What::PodSecurity(level)),
                Err(()) => bail!("`{}` is no level: `pss:baseline` or `pss:restricted`", word.escape_debug()),
            },
            None if find(word).is_some() || not_expressible(word).is_some() => {
                return Ok(What::Check(word.to_owned()));
            }
            None => (vec![word.parse::<Select>()?], Profile::All),
        },
    };
    let ids = pick(profile, &select, &[]).iter().map(|check| check.id.to_owned()).collect();
    // Names of objects have neither colons nor capitals.
    let name = word.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric() && c != '.', "-");
    Ok(What::Checks { name, ids })
}

fn options(args: &GenerateArgs, config: &Config) -> Options {
    let standard = Options::default();
    Options {
        mode: match args.mode {
            ModeArg::Audit => Mode::Audit,
            ModeArg::Warn => Mode::Warn,
            ModeArg::Enforce => Mode::Enforce,
        },
        on_failure: args.on_failure.map(|failure| match failure {
            FailureArg::Fail => OnFailure::Fail,
            FailureArg::Ignore => OnFailure::Ignore,
        }),
        prefix: args.prefix.clone(),
        except: if args.except.is_empty() { standard.except } else { args.except.clone() },
        labels: args
            .labels
            .iter()
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        parameters: parameters(config),
        config_map: args.params.clone(),
    }
}

/// The settings of checks that the configuration makes.
fn parameters(config: &Config) -> Parameters {
    let mut parameters = Parameters::new();
    for (check, name, value) in config.settings.iter() {
        let value = match value {
            SettingValue::Strings(texts) => Parameter::Strings(texts.clone()),
            SettingValue::Int(number) => Parameter::Int(*number),
            SettingValue::Bool(flag) => Parameter::Bool(*flag),
        };
        parameters.entry(check.to_owned()).or_default().insert(name.to_owned(), value);
    }
    parameters
}

fn config_map(text: &str) -> Result<ConfigMap, String> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() => {
            Ok(ConfigMap { namespace: namespace.to_owned(), name: name.to_owned() })
        }
        _ => Err("not of the form NAMESPACE/NAME".to_owned()),
    }
}

fn list() -> anyhow::Result<ExitStatus> {
    let mut text = String::new();
    for entry in seawall_checks::all() {
        let told = match (find(entry.id), not_expressible(entry.id)) {
            (Some(policy), _) => {
                policy.caveat().map_or_else(|| "yes".to_owned(), |but| format!("yes: {but}"))
            }
            (None, reason) => format!("no: {}", reason.unwrap_or("it has none")),
        };
        text.push_str(&format!("{:<48} {told}\n", entry.id));
    }
    super::super::print(text.as_bytes())
}
