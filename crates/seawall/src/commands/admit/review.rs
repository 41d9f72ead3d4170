//! `seawall admit review`

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use seawall_report::escape;
use seawall_server::{Budget, Desk, Events, Hook, Metrics, Review, SystemClock};

use super::judges::JudgeArgs;
use crate::ExitStatus;

#[derive(Debug, Args)]
pub(super) struct ReviewArgs {
    /// The review as the API server posts it; `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The hook that is asked
    #[arg(long, value_enum, default_value_t = HookName::Validate, value_name = "HOOK")]
    hook: HookName,
    #[command(flatten)]
    judges: JudgeArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum HookName {
    Validate,
    Mutate,
}

pub(super) fn run(args: &ReviewArgs) -> anyhow::Result<ExitStatus> {
    let configured = args.judges.configured()?;
    let settings = &configured.config.admission;
    let name = args.file.display().to_string();
    let failed = || format!("review `{}`", escape(&name));
    let body = read(&args.file, settings.limits.review.bytes.into()).with_context(failed)?;
    let review = Review::read(&body, &settings.limits.review).with_context(failed)?;
    let clock = Arc::new(SystemClock);
    let metrics = Arc::new(Metrics::default());
    let desk = Desk::new(settings.rules.clone(), clock, Arc::clone(&metrics), Events::none());
    desk.set_inventory(configured.inventory()?);
    args.judges.parts(&configured)?.install(&desk, &metrics);
    let hook = match args.hook {
        HookName::Validate => Hook::Validate,
        HookName::Mutate => Hook::Mutate,
    };
    let review = desk.learn(review, hook, settings.limits.time).context("images cannot be looked up")?;
    let answer = desk.decide(&review, hook, &Budget::default());
    let json: serde_json::Value = serde_json::from_str(&answer.to_json())?;
    crate::commands::print(format!("{json:#}\n").as_bytes())?;
    Ok(if answer.refusal.is_none() { ExitStatus::Clean } else { ExitStatus::Findings })
}

fn read(path: &Path, most: u64) -> anyhow::Result<Vec<u8>> {
    let mut body = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().lock().take(most + 1).read_to_end(&mut body)?;
    } else {
        std::fs::File::open(path)?.take(most + 1).read_to_end(&mut body)?;
    }
    if body.len() as u64 > most {
        bail!("is larger than {most} bytes");
    }
    Ok(body)
}
