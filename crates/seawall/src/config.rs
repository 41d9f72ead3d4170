//! `seawall.yaml`: found upwards, read by our own reader, unknown keys are errors.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use seawall_checks::{BadSetting, Profile, Select, SettingValue, Settings};
use seawall_yaml::{Kind, Limits, Node, Text, read};

use crate::cli::FailOn;
use crate::commands::{key_value, kube_version};

/// The file that is looked for.
pub(crate) const FILE_NAME: &str = "seawall.yaml";

/// The keys that it may have.
const KEYS: [&str; 9] =
    ["profile", "select", "ignore", "failOn", "strict", "waivers", "render", "checks", "admission"];

/// The keys of `render`.
const RENDER_KEYS: [&str; 5] = ["enabled", "values", "set", "kubeVersion", "apiVersions"];

/// What the configuration says; the command line goes before it.
#[derive(Debug, Default)]
pub(crate) struct Config {
    pub(crate) profile: Option<Profile>,
    pub(crate) select: Vec<Select>,
    pub(crate) ignore: Vec<Select>,
    pub(crate) fail_on: Option<FailOn>,
    pub(crate) strict: bool,
    /// The file of waivers, relative to the folder of the configuration.
    pub(crate) waivers: Option<PathBuf>,
    pub(crate) render: Render,
    pub(crate) settings: Settings,
    #[cfg(feature = "admit")]
    pub(crate) admission: seawall_server::Settings,
}

/// What it says about charts and kustomizations.
#[derive(Debug, Default)]
pub(crate) struct Render {
    /// Nothing is rendered.
    pub(crate) off: bool,
    /// Files of values, relative to the folder of the configuration.
    pub(crate) values: Vec<PathBuf>,
    pub(crate) sets: Vec<String>,
    pub(crate) kube_version: Option<String>,
    pub(crate) api_versions: Vec<String>,
}

/// The folder in which the program runs; what is not named is looked for here and above.
///
/// # Errors
/// When it is gone, or may not be read.
#[allow(clippy::disallowed_methods, reason = "the binary may ask where it runs")]
pub(crate) fn here() -> anyhow::Result<PathBuf> {
    std::env::current_dir().context("the current folder is not readable")
}

/// The file named, or the one found in this folder or above.
///
/// # Errors
/// When a named file is not there, or the file is no valid configuration.
pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Config> {
    let folder = here()?;
    match named.map(Path::to_owned).or_else(|| find(&folder)) {
        Some(path) => parse_file(&path).with_context(|| format!("configuration `{}`", path.display())),
        None => Ok(Config::default()),
    }
}

fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file() && !is_manifest(path))
}

/// A `seawall.yaml` that is a Kubernetes object (our own Deployment, say) is no configuration.
fn is_manifest(path: &Path) -> bool {
    let text = read_text(path).unwrap_or_default();
    let (documents, _) = read(&Text::new(text), &Limits::default());
    documents.first().is_some_and(|document| document.tree.root().get("apiVersion").is_some())
}

fn parse_file(path: &Path) -> anyhow::Result<Config> {
    let mut config = parse(&read_text(path)?)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    config.waivers = config.waivers.map(|file| folder.join(file));
    #[cfg(feature = "admit")]
    config.admission.images.iter_mut().for_each(|images| folder.clone_into(&mut images.folder));
    config.render.values.iter_mut().for_each(|file| *file = folder.join(&*file));
    Ok(config)
}

/// The largest configuration; a device or a pipe is none at all.
pub(crate) const MAX_BYTES: u64 = 1 << 20;

pub(crate) fn read_text(path: &Path) -> anyhow::Result<String> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        bail!("is no regular file");
    }
    if metadata.len() > MAX_BYTES {
        bail!("is larger than {MAX_BYTES} bytes");
    }
    Ok(std::fs::read_to_string(path)?)
}

fn parse(text: &str) -> anyhow::Result<Config> {
    let text = Text::new(text);
    let (documents, problems) = read(&text, &Limits::default());
    if let Some(problem) = problems.first() {
        let at = problem.position.map_or(String::new(), |at| format!("line {}: ", at.line));
        bail!("{at}{}", problem.message);
    }
    let mut config = Config::default();
    let Some(document) = documents.first() else { return Ok(config) };
    if documents.len() > 1 {
        bail!("more than one document");
    }
    let root = document.tree.root();
    if !root.is_map() && !root.is_null() {
        bail!("must be a map");
    }
    for (key, value) in root.entries() {
        entry(&mut config, key, value).map_err(|error| {
            let line = fault(&error).map_or(line(&text, value), |start| text.position(start).line);
            error.context(format!("line {line}: `{key}`"))
        })?;
    }
    Ok(config)
}

/// Where a fault begins within an entry, for those that know it.
fn fault(error: &anyhow::Error) -> Option<u32> {
    #[cfg(feature = "admit")]
    return error.downcast_ref::<seawall_server::BadSetting>()?.start;
    #[cfg(not(feature = "admit"))]
    None
}

fn line(text: &Text, node: Node<'_>) -> u32 {
    let span = node.key_span().or_else(|| node.span()).unwrap_or_default();
    text.position(span.start).line
}

fn entry(config: &mut Config, key: &str, value: Node<'_>) -> anyhow::Result<()> {
    match key {
        "profile" => config.profile = Some(word(value)?.parse()?),
        "failOn" => config.fail_on = Some(word(value)?.parse()?),
        "strict" => config.strict = value.as_bool().context("must be true or false")?,
        "waivers" => config.waivers = Some(word(value)?.into()),
        "select" => config.select = selects(value)?,
        "ignore" => config.ignore = selects(value)?,
        "render" => {
            if !value.is_map() {
                bail!("must be a map");
            }
            for (key, value) in value.entries() {
                render(&mut config.render, key, value).with_context(|| format!("`{key}`"))?;
            }
        }
        "checks" => {
            if !value.is_map() {
                bail!("must be a map from check ids to their settings");
            }
            for (check, settings) in value.entries() {
                if !settings.is_map() {
                    bail!("`{check}` must be a map of settings");
                }
                if seawall_checks::find(check).is_none() {
                    return Err(BadSetting::UnknownCheck(check.to_owned()).into());
                }
                for (name, setting) in settings.entries() {
                    config.settings.set(check, name, setting_value(setting)?)?;
                }
            }
        }
        #[cfg(feature = "admit")]
        "admission" => {
            config.admission = seawall_server::Settings::read(value)?;
            // Words are held to their meaning here, as those of `select` are.
            for word in &config.admission.select {
                crate::cli::select(word)?;
            }
        }
        // Whoever cannot listen leaves this to those that can.
        #[cfg(not(feature = "admit"))]
        "admission" => {}
        _ => bail!("unknown key, known are: {}", KEYS.join(", ")),
    }
    Ok(())
}

fn render(render: &mut Render, key: &str, value: Node<'_>) -> anyhow::Result<()> {
    match key {
        "enabled" => render.off = !value.as_bool().context("must be true or false")?,
        "values" => render.values = texts(value)?.into_iter().map(PathBuf::from).collect(),
        "set" => {
            let sets =
                texts(value)?.into_iter().map(|set| key_value(set).map_err(|why| anyhow!("`{set}` {why}")));
            render.sets = sets.collect::<anyhow::Result<_>>()?;
        }
        "kubeVersion" => {
            let version = word(value)?;
            let known = kube_version(version).map_err(|why| anyhow!("`{version}` {why}"))?;
            render.kube_version = Some(known);
        }
        "apiVersions" => render.api_versions = texts(value)?.into_iter().map(str::to_owned).collect(),
        _ => bail!("unknown key, known are: {}", RENDER_KEYS.join(", ")),
    }
    Ok(())
}

fn texts<'n>(value: Node<'n>) -> anyhow::Result<Vec<&'n str>> {
    if !value.is_seq() {
        bail!("must be a list");
    }
    value.items().map(word).collect()
}

fn word<'n>(value: Node<'n>) -> anyhow::Result<&'n str> {
    value.as_str().context("must be a text")
}

fn selects(value: Node<'_>) -> anyhow::Result<Vec<Select>> {
    if !value.is_seq() {
        bail!("must be a list");
    }
    value.items().map(|item| Ok(crate::cli::select(word(item)?)?)).collect()
}

fn setting_value(value: Node<'_>) -> anyhow::Result<SettingValue> {
    Ok(match value.kind() {
        Kind::Seq => SettingValue::Strings(
            value.items().map(|item| Ok(word(item)?.to_owned())).collect::<anyhow::Result<_>>()?,
        ),
        Kind::Bool => SettingValue::Bool(value.as_bool().unwrap_or(false)),
        Kind::Int => SettingValue::Int(value.as_i64().context("the number is too large")?),
        _ => bail!("a setting is a list of texts, a whole number, or true or false"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(text: &str) -> String {
        format!("{:#}", parse(text).unwrap_err())
    }

    #[test]
    fn reads_what_is_documented() {
        let config = parse("profile: all\nignore: [area:pod]\nfailOn: none\nstrict: yes\n").unwrap();
        assert_eq!(config.profile, Some(Profile::All));
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert_eq!(config.ignore.len(), 1);
        assert!(config.strict);
        let render = parse("render: {enabled: false, values: [a.yaml], set: [a=b], kubeVersion: '1.31'}")
            .unwrap()
            .render;
        assert!(render.off);
        assert_eq!((render.values, render.sets), (vec!["a.yaml".into()], vec!["a=b".to_owned()]));
        assert_eq!(render.kube_version.as_deref(), Some("1.31"));
        assert!(parse("").is_ok());
    }

    #[test]
    fn the_published_schema_has_the_same_keys() {
        let schema: serde_json::Value =
            serde_json::from_str(include_str!("../../../schemas/seawall-config-v1.schema.json")).unwrap();
        let published: std::collections::BTreeSet<&str> =
            schema["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(published, KEYS.into_iter().collect());
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        assert_eq!(
            fails("profile: all\nselekt: []\n"),
            "line 2: `selekt`: unknown key, known are: profile, select, ignore, failOn, strict, waivers, render, checks, admission"
        );
        assert!(
            fails("checks:\n  pod-privileged:\n    x: 1\n")
                .contains("check `pod-privileged` has no setting `x`")
        );
        assert!(fails("checks: {nope: {}}").contains("no check is called `nope`"));
        assert!(fails("checks: {nope: {x: 1}}").contains("no check is called `nope`"));
        assert!(fails("failOn: urgent").contains("unknown severity `urgent`"));
        assert!(fails("select: [area:nope]").contains("unknown area `nope`"));
        assert!(fails("[1]").contains("must be a map"));
        assert!(fails("render: {valeus: []}").contains("unknown key, known are: enabled, values, set"));
        assert!(fails("render: {kubeVersion: '1'}").contains("`kubeVersion`: `1` is no version"));
        #[cfg(feature = "admit")]
        {
            assert_eq!(
                fails("admission:\n  mode: warn\n  rules: [{mode: block}]\n"),
                "line 3: `admission`: `rules[0].mode`: unknown mode `block`, expected one of: audit, warn, enforce"
            );
            assert!(fails("admission: {select: [nope]}").contains("no check is called `nope`"));
        }
        assert!(fails("render: {set: [x]}").contains("`x` is not written KEY=VALUE"));
    }
}
