//! `admission.images` of `seawall.yaml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use seawall_core::{ProblemSeverity, registry_host};
use seawall_image::signature::policy::Glob;
use seawall_image::signature::policy::import::{WrittenPolicy, read_written};

use super::{ImageBounds, PER_REQUEST};
use crate::settings::{At, Read};

/// The keys of the section; the published schema has the same.
pub const IMAGE_KEYS: [&str; 8] = [
    "policies",
    "policyFiles",
    "trustedRoot",
    "credentials",
    "registries",
    "privateAddresses",
    "pin",
    "limits",
];
const REGISTRY: [&str; 4] = ["host", "mirrors", "plainHttp", "caFile"];
const PIN: [&str; 2] = ["images", "labelled"];
const LIMITS: [&str; 7] =
    ["lookupSeconds", "atOnce", "perRegistry", "entries", "verifiedSeconds", "refusedSeconds", "tagSeconds"];

/// What is demanded of images.
#[derive(Clone, Debug)]
pub struct ImageSettings {
    /// Who must have signed which images.
    pub policies: Vec<WrittenPolicy>,
    /// Files of ClusterImagePolicies.
    pub policy_files: Vec<PathBuf>,
    /// The file of the trusted root.
    pub trusted_root: Option<PathBuf>,
    /// The file of credentials for registries.
    pub credentials: Option<PathBuf>,
    /// What is known of registries, by host as references have it.
    pub registries: BTreeMap<String, RegistrySettings>,
    /// Whether registries that are not among these may have private addresses.
    pub private_addresses: bool,
    /// Which images are pinned to their digest.
    pub pin: Option<PinSettings>,
    /// Bounds of lookups.
    pub bounds: ImageBounds,
    /// The folder that files are relative to.
    pub folder: PathBuf,
}

/// What is known of a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegistrySettings {
    /// Hosts that are asked first.
    pub mirrors: Vec<String>,
    /// Whether it speaks HTTP without TLS.
    pub plain: bool,
    /// A file of certificate authorities that are trusted for it.
    pub authorities: Option<PathBuf>,
}

/// Which images are pinned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PinSettings {
    /// Patterns of images, in every namespace.
    pub images: Vec<Glob>,
    /// Whether all images are in namespaces whose label asks for it.
    pub labelled: bool,
}

impl Default for ImageSettings {
    fn default() -> Self {
        ImageSettings {
            policies: Vec::new(),
            policy_files: Vec::new(),
            trusted_root: None,
            credentials: None,
            registries: BTreeMap::new(),
            private_addresses: true,
            pin: None,
            bounds: ImageBounds::default(),
            folder: PathBuf::new(),
        }
    }
}

impl ImageSettings {
    /// Where a file of the section lies.
    pub fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.folder.join(file)
    }

    /// Whether any image is verified.
    pub fn verifies(&self) -> bool {
        !self.policies.is_empty() || !self.policy_files.is_empty()
    }
}

/// Reads the section.
pub(crate) fn images(at: &At<'_>) -> Read<ImageSettings> {
    let mut settings = ImageSettings::default();
    for (key, at) in at.entries(&IMAGE_KEYS)? {
        match key {
            "policies" => settings.policies = at.items()?.iter().map(policy).collect::<Read<_>>()?,
            "policyFiles" => settings.policy_files = at.texts()?.into_iter().map(PathBuf::from).collect(),
            "trustedRoot" => settings.trusted_root = Some(at.text()?.into()),
            "credentials" => settings.credentials = Some(at.text()?.into()),
            "registries" => {
                for item in at.items()? {
                    let (host, known) = registry(&item)?;
                    settings.registries.insert(host, known);
                }
            }
            "privateAddresses" => settings.private_addresses = at.flag()?,
            "pin" => settings.pin = Some(pin(&at)?),
            _ => limits(&at, &mut settings.bounds)?,
        }
    }
    let mut names: Vec<&str> = settings.policies.iter().map(WrittenPolicy::name).collect();
    names.sort_unstable();
    if let Some([twice, _]) = names.array_windows::<2>().find(|[one, two]| one == two) {
        return at.bad(format!("two policies are called `{twice}`"));
    }
    Ok(settings)
}

fn policy(at: &At<'_>) -> Read<WrittenPolicy> {
    if !at.node().is_map() {
        return at.bad("must be a map");
    }
    let (policy, problems) = read_written(at.node());
    match problems.iter().find(|problem| problem.severity == ProblemSeverity::Error) {
        Some(problem) => at.bad(&problem.message),
        None => Ok(policy),
    }
}

fn registry(at: &At<'_>) -> Read<(String, RegistrySettings)> {
    let mut known = RegistrySettings::default();
    let mut host = None;
    for (key, at) in at.entries(&REGISTRY)? {
        match key {
            "host" => host = Some(registry_host(at.text()?)),
            "mirrors" => known.mirrors = at.texts()?,
            "plainHttp" => known.plain = at.flag()?,
            _ => known.authorities = Some(at.text()?.into()),
        }
    }
    match host {
        Some(host) if !host.is_empty() && !host.contains('/') => Ok((host, known)),
        Some(_) => at.bad("`host` must be HOST or HOST:PORT"),
        None => at.bad("has no `host`"),
    }
}

fn pin(at: &At<'_>) -> Read<PinSettings> {
    let mut pin = PinSettings::default();
    for (key, at) in at.entries(&PIN)? {
        match key {
            "images" => {
                let globs = at.items()?;
                let glob = |item: &At<'_>| Glob::new(item.text()?).or_else(|error| item.bad(error));
                pin.images = globs.iter().map(glob).collect::<Read<_>>()?;
            }
            _ => pin.labelled = at.flag()?,
        }
    }
    Ok(pin)
}

/// How many lookups may be open where so many are made at once: one request alone must find room.
fn waiting(at_once: usize) -> usize {
    (at_once * 16).max(2 * PER_REQUEST)
}

fn limits(at: &At<'_>, bounds: &mut ImageBounds) -> Read<()> {
    for (key, at) in at.entries(&LIMITS)? {
        match key {
            "lookupSeconds" => bounds.lookup = Duration::from_secs(at.number(1, 60)?.into()),
            "atOnce" => {
                bounds.at_once = at.number(1, 1 << 10)? as usize;
                bounds.open = waiting(bounds.at_once);
            }
            "perRegistry" => {
                bounds.registry_at_once = at.number(1, 1 << 10)? as usize;
                bounds.registry_open = waiting(bounds.registry_at_once);
            }
            "entries" => bounds.verdicts.entries = at.number(0, 1 << 20)? as usize,
            "verifiedSeconds" => bounds.verdicts.verified = at.number(0, 7 * 86_400)?.into(),
            "refusedSeconds" => bounds.verdicts.refused = at.number(0, 86_400)?.into(),
            _ => bounds.tag = at.number(0, 86_400)?.into(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, Text, read};

    use super::*;
    use crate::settings::Settings;

    fn settings(text: &str) -> Result<ImageSettings, String> {
        let (documents, problems) = read(&Text::new(format!("images: {text}\n")), &Limits::default());
        assert!(problems.is_empty(), "{problems:?}");
        let read = Settings::read(documents[0].tree.root()).map_err(|error| error.to_string())?;
        Ok(read.images.unwrap())
    }

    #[test]
    fn everything_can_be_said() {
        let read = settings(
            "{policies: [{name: a, images: ['**'], authorities: [{static: {action: fail}}]}], policyFiles: [b.yaml],
              trustedRoot: root.json, credentials: config.json, pin: {images: [r.test/**], labelled: true},
              registries: [{host: R.test:5000, mirrors: [m.test], plainHttp: true, caFile: ca.crt}, {host: 'Index.docker.io:443'}],
              privateAddresses: false,
              limits: {lookupSeconds: 3, atOnce: 2, perRegistry: 5, entries: 5, verifiedSeconds: 60, refusedSeconds: 0, tagSeconds: 0}}",
        );
        let mut read = read.unwrap();
        assert!(read.verifies() && read.policies[0].name() == "a");
        read.folder = "etc".into();
        assert_eq!(read.path("root.json"), PathBuf::from("etc/root.json"));
        let known = &read.registries["r.test:5000"];
        assert_eq!((known.plain, known.mirrors.as_slice()), (true, &["m.test".to_owned()][..]));
        let pin = read.pin.unwrap();
        assert_eq!((pin.images[0].as_str(), pin.labelled), ("r.test/**", true));
        assert!(read.registries.contains_key("docker.io") && !read.private_addresses);
        let ImageBounds { lookup, at_once, open, verdicts, tag, registry_at_once, registry_open, .. } =
            read.bounds;
        assert_eq!((registry_at_once, registry_open), (5, 80));
        assert_eq!((lookup, at_once, open, tag), (Duration::from_secs(3), 2, 64, 0));
        assert_eq!((verdicts.entries, verdicts.verified, verdicts.refused), (5, 60, 0));
        let empty = settings("{}").unwrap();
        assert!(!empty.verifies() && empty.private_addresses);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_place() {
        let one = "{name: a, images: ['**'], authorities: [{static: {action: pass}}]}";
        for (text, said) in [
            ("{polices: []}".to_owned(), "`images.polices`: unknown key"),
            ("{policies: [x]}".to_owned(), "`images.policies[0]`: must be a map"),
            ("{policies: [{name: a}]}".to_owned(), "`images.policies[0]`: `images` is empty"),
            (format!("{{policies: [{one}, {one}]}}"), "`images`: two policies are called `a`"),
            ("{registries: [{mirrors: []}]}".to_owned(), "`images.registries[0]`: has no `host`"),
            ("{registries: [{host: a/b}]}".to_owned(), "`images.registries[0]`: `host` must be"),
            ("{pin: {images: ['a b']}}".to_owned(), "`images.pin.images[0]`: `a b` is no pattern of images"),
            (
                "{limits: {atOnce: 0}}".to_owned(),
                "`images.limits.atOnce`: must be a whole number from 1 to 1024",
            ),
        ] {
            let error = settings(&text).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
