//! The command line as data: clap makes parser, help, completions and man pages from it.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use seawall_checks::{Check, Profile, Select, pick};
use seawall_core::{Pillar, Severity};
use seawall_report::Format;

use crate::commands::RbacArgs;
#[cfg(feature = "cluster")]
use crate::commands::SnapshotArgs;
use crate::config::Config;

/// The whole of Kubernetes security in one binary
#[derive(Debug, Parser)]
#[command(name = "seawall", version, propagate_version = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Colour the output; `auto` asks the terminal and respects `NO_COLOR`
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge manifests, folders, standard input, snapshots of clusters or live clusters
    Scan(ScanArgs),
    /// Propose or make changes that cure findings, each proven first; comments and layout stay
    Fix(crate::commands::FixArgs),
    /// Write what a live cluster holds into a file that every other command reads
    #[cfg(feature = "cluster")]
    Snapshot(SnapshotArgs),
    /// Show the page of a check: what, why, attack, fix, exceptions, examples
    Explain(ExplainArgs),
    /// List the checks
    Checks(ChecksArgs),
    /// Say what is proven of each control of a framework: CIS, NSA/CISA, Pod Security Standards, ATT&CK, OWASP, PCI DSS, NIST, SOC 2
    Comply(crate::commands::ComplyArgs),
    /// Set a report of another tool beside our findings, and say why for every difference
    Compare(crate::commands::CompareArgs),
    /// Make waivers from what was accepted in other tools
    Waivers(crate::commands::WaiversArgs),
    /// Show how an attacker goes from a pod or an identity to the cluster, a node or a cloud role
    Paths(crate::commands::PathsArgs),
    /// Say what to change next: the changes that sever most paths for what they cost and risk, each proven
    Plan(crate::commands::PlanArgs),
    /// Judge by policies in Kubernetes' own language: run, test, generate
    Policy(crate::commands::PolicyArgs),
    /// Ask who may do what: who-can, can-i, show, risks, diff, minimize, kubeconfig
    Rbac(RbacArgs),
    /// Who can reach whom, what is exposed, what is wrong with policies
    Network(crate::commands::NetworkArgs),
    /// Judge what is about to be created or changed: a webhook server, and the same on a file
    #[cfg(feature = "admit")]
    Admit(crate::commands::AdmitArgs),
    /// Say who signed an image: verify
    Image(crate::commands::ImageArgs),
    /// Say which version this is and what this build can do
    Version,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print a man page: of `seawall` itself or of one command
    Man {
        /// The command, for example `scan`
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ScanArgs {
    /// Files, folders, `-` for standard input, snapshots (`.jsonl`, `.jsonl.zst`, `.jsonl.gz`), or `cluster[:CONTEXT]`
    #[arg(default_value = ".", value_name = "TARGET")]
    pub(crate) targets: Vec<String>,
    /// Output format
    #[arg(short, long, value_parser = format(), default_value = "table", value_name = "FORMAT")]
    pub(crate) output: Format,
    /// Write a report into a file as well, for example `sarif=seawall.sarif`; may be repeated
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    pub(crate) reports: Vec<crate::commands::ReportFile>,
    /// Exit with 1 when a finding is at least this severe; `none` never does [default: high]
    #[arg(long, value_parser = fail_on(), value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,
    /// Exit with 3 when something could not be read or evaluated
    #[arg(long)]
    pub(crate) strict: bool,
    /// Take it for no error when the targets hold no Kubernetes object
    #[arg(long)]
    pub(crate) allow_empty: bool,
    #[command(flatten)]
    pub(crate) selection: SelectionArgs,
    /// Judge pods by a Pod Security Standard instead: `baseline`, `restricted`, `restricted:v1.31`
    #[arg(long, value_name = "LEVEL[:VERSION]", conflicts_with_all = ["select", "ignore", "profile", "waivers"])]
    pub(crate) pss: Option<String>,
    /// Report only what is new since this report, made with `-o json`
    #[arg(long, value_name = "REPORT")]
    pub(crate) baseline: Option<PathBuf>,
    /// Print findings and errors only, one a line: no summary, no progress; programs' formats stay whole
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// Add how long each stage took
    #[arg(long)]
    pub(crate) timings: bool,
    /// When the run was, for `html`, `junit`, `ocsf` and `policyreport`: `now`, or seconds since 1970; without it reports
    /// have no time [default: `SOURCE_DATE_EPOCH` where it is set]
    #[arg(long, value_name = "TIME")]
    pub(crate) timestamp: Option<Timestamp>,
    /// Threads to use; 0 is one for each processor
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub(crate) threads: usize,
    #[command(flatten)]
    pub(crate) rendering: crate::commands::RenderArgs,
}

/// Which findings count: shared by the commands that judge.
#[derive(Debug, Args)]
pub(crate) struct SelectionArgs {
    /// Run only these checks: an id, `area:pod`, `pillar:nodes`, `framework:CIS-1.12`; may be repeated
    #[arg(long, value_delimiter = ',', value_parser = select, value_name = "WHAT")]
    pub(crate) select: Vec<Select>,
    /// Leave these checks out; same words as --select
    #[arg(long, value_delimiter = ',', value_parser = select, value_name = "WHAT")]
    pub(crate) ignore: Vec<Select>,
    /// Which checks run without --select: those an expert would act on, or all: reliability too, what is ordinary, and
    /// what repeats another check more strictly [default: default]
    #[arg(long, value_parser = profile(), value_name = "PROFILE")]
    pub(crate) profile: Option<Profile>,
    /// File of accepted findings [default: `seawall-waivers.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
    /// Configuration file [default: `seawall.yaml` in this folder or one above]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

impl SelectionArgs {
    /// The checks that the command line and the configuration ask for.
    pub(crate) fn chosen(&self, config: &Config) -> Vec<&'static Check> {
        let select = if self.select.is_empty() { &config.select } else { &self.select };
        pick(self.profile.or(config.profile).unwrap_or_default(), select, &self.ignored(config))
    }

    /// The checks that nobody wants to hear of.
    pub(crate) fn ignored(&self, config: &Config) -> Vec<Select> {
        self.ignore.iter().chain(&config.ignore).cloned().collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The id of a check, for example `pod-privileged`
    pub(crate) check: String,
}

#[derive(Debug, Args)]
pub(crate) struct ChecksArgs {
    /// Only those of an area, pillar or framework: `area:rbac`, `pillar:network`, `framework:NSA`; may be repeated
    #[arg(value_parser = select, value_name = "WHAT")]
    pub(crate) select: Vec<Select>,
    /// Only those of a pillar
    #[arg(long, value_parser = pillar(), value_name = "PILLAR")]
    pub(crate) pillar: Option<Pillar>,
    /// Only those at least this severe
    #[arg(long, value_parser = severity(), value_name = "SEVERITY")]
    pub(crate) severity: Option<Severity>,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ListFormat::Table, value_name = "FORMAT")]
    pub(crate) output: ListFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    Table,
    Json,
    /// Ids only, one a line
    Ids,
}

/// When a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timestamp {
    Now,
    /// Seconds since the beginning of 1970.
    At(u64),
}

impl std::str::FromStr for Timestamp {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let seconds = || text.parse().map(Timestamp::At);
        if text == "now" { Ok(Timestamp::Now) } else { seconds() }
            .map_err(|_| "neither `now` nor a number of seconds since 1970".to_owned())
    }
}

/// When findings make the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FailOn {
    Never,
    AtLeast(Severity),
}

impl std::str::FromStr for FailOn {
    type Err = seawall_core::UnknownName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(FailOn::Never);
        }
        text.parse().map(FailOn::AtLeast).map_err(|error: Self::Err| Self::Err {
            accepted: &["none", "info", "low", "medium", "high", "critical"],
            ..error
        })
    }
}

/// A parser whose accepted words show in help and completions.
fn words<T>(words: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
}

/// A word of `--select`; what a framework covers, its file says.
pub(crate) fn select(word: &str) -> Result<Select, seawall_checks::ParseSelectError> {
    match seawall_report::comply::select(word) {
        Some(checks) => Ok(Select::Listed(checks)),
        None => word.parse(),
    }
}

pub(crate) fn format() -> impl TypedValueParser<Value = Format> {
    words(Format::ALL.iter().map(|format| format.as_str()))
}

pub(crate) fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    words(std::iter::once("none").chain(Severity::ALL.iter().map(|severity| severity.as_str())))
}

pub(crate) fn severity() -> impl TypedValueParser<Value = Severity> {
    words(Severity::ALL.iter().map(|severity| severity.as_str()))
}

fn pillar() -> impl TypedValueParser<Value = Pillar> {
    words(Pillar::ALL.iter().map(|pillar| pillar.as_str()))
}

pub(crate) fn profile() -> impl TypedValueParser<Value = Profile> {
    words(["default", "all"])
}
