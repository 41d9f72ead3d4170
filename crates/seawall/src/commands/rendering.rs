//! How charts and kustomizations are rendered: the options that all commands with targets share.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use seawall_report::escape;
use seawall_sources::{RenderLimits, Rendering};

use crate::config::Render;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Charts and kustomizations")]
pub(crate) struct RenderArgs {
    /// Values for the charts of the targets, for `helm template`; may be repeated, the last file wins
    #[arg(long, value_name = "FILE")]
    values: Vec<PathBuf>,
    /// A single value for the charts, for `helm template`; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    sets: Vec<String>,
    /// The version of Kubernetes that charts see [default: the one Helm was built for]
    #[arg(long, value_name = "VERSION", value_parser = kube_version)]
    kube_version: Option<String>,
    /// A version of an API that charts see, for example `monitoring.coreos.com/v1`; may be repeated
    #[arg(long, value_delimiter = ',', value_name = "GROUP/VERSION")]
    api_versions: Vec<String>,
    /// Run neither Helm nor kubectl nor kustomize: read the files of charts and kustomizations as they stand
    #[arg(long, conflicts_with_all = ["values", "sets", "kube_version", "api_versions"])]
    no_render: bool,
}

impl RenderArgs {
    /// How to render; `None` when nothing is to be. The configuration gives what the command line does not.
    ///
    /// # Errors
    /// When a file of values is not there.
    pub(super) fn rendering(&self, config: &Render) -> anyhow::Result<Option<Rendering>> {
        let asks = !self.values.is_empty() || !self.sets.is_empty();
        if self.no_render || (config.off && !asks) {
            return Ok(None);
        }
        let values = if self.values.is_empty() { &config.values } else { &self.values };
        for file in values {
            let metadata = std::fs::metadata(file).with_context(|| {
                format!("the values `{}` cannot be read", escape(&file.display().to_string()))
            })?;
            if !metadata.is_file() {
                bail!("the values `{}` are no file", escape(&file.display().to_string()));
            }
        }
        // What the command line sets comes last and wins.
        let sets = config.sets.iter().chain(&self.sets).cloned().collect();
        let api_versions = config.api_versions.iter().chain(&self.api_versions).cloned().collect();
        Ok(Some(Rendering {
            path: std::env::var_os("PATH").unwrap_or_default(),
            temp: std::env::temp_dir(),
            values: values.clone(),
            sets,
            kube_version: self.kube_version.clone().or_else(|| config.kube_version.clone()),
            api_versions,
            limits: RenderLimits::default(),
        }))
    }
}

/// `KEY=VALUE`, as `helm --set` takes it.
pub(crate) fn key_value(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.is_empty() => Ok(text.to_owned()),
        _ => Err("is not written KEY=VALUE".to_owned()),
    }
}

/// `1.31`, `v1.31.2`
pub(crate) fn kube_version(text: &str) -> Result<String, String> {
    let numbers: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
    let is_number = |part: &&str| part.len() <= 4 && part.parse::<u16>().is_ok();
    match (2..=3).contains(&numbers.len()) && numbers.iter().all(is_number) {
        true => Ok(text.to_owned()),
        false => Err("is no version of Kubernetes like `1.31` or `v1.31.2`".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_values_are_what_helm_takes() {
        for good in ["1.31", "v1.31.2"] {
            assert_eq!(kube_version(good).as_deref(), Ok(good));
        }
        for bad in ["1", "1.x", "", "v", "1.2.3.4", "--help", "1.-2"] {
            assert!(kube_version(bad).is_err(), "{bad}");
        }
        assert!(key_value("a.b=c=d").is_ok());
        assert!(key_value("=c").is_err() && key_value("a").is_err());
    }
}
