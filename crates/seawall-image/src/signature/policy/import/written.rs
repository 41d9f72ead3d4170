//! Policies as a configuration writes them: the words of `ClusterImagePolicy` without its wrapping, patterns as plain texts,
//! and keys in files.

use seawall_core::Problem;
use seawall_yaml::Node;

use super::authority::authority;
use super::fields::Fields;
use crate::signature::policy::{Glob, ImagePolicy, Mode, Quantifier, Rule};
use crate::signature::{KeyError, PublicKey};

/// A policy whose keys may still lie in files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPolicy {
    policy: ImagePolicy,
    /// Authorities by their place, with the files of their keys.
    files: Vec<(usize, String)>,
}

/// Why a key cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("`{file}`: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why not.
        reason: String,
    },
    /// It holds no key.
    #[error("`{file}`: {error}")]
    Key {
        /// The file.
        file: String,
        /// Why not.
        error: KeyError,
    },
}

impl WrittenPolicy {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.policy.name
    }

    /// The policy with the keys that lie in files.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or holds no key.
    pub fn with_keys(
        self,
        read: impl Fn(&str) -> Result<String, String>,
    ) -> Result<ImagePolicy, KeyFileError> {
        let WrittenPolicy { mut policy, files } = self;
        for (place, file) in files {
            let text =
                read(&file).map_err(|reason| KeyFileError::Unreadable { file: file.clone(), reason })?;
            let key = PublicKey::from_pem(&text).map_err(|error| KeyFileError::Key { file, error })?;
            if let Some(authority) = policy.authorities.get_mut(place) {
                authority.rule = Rule::Key(key);
            }
        }
        Ok(policy)
    }
}

const FIELDS: [&str; 5] = ["name", "images", "authorities", "mode", "require"];

/// Reads a policy of a configuration. Whatever is an error among the problems makes the policy, or a part of it, not
/// understood.
pub fn read_written(node: Node<'_>) -> (WrittenPolicy, Vec<Problem>) {
    let mut problems = Vec::new();
    let fields = &mut Fields::of_configuration(&mut problems);
    fields.known(node, &FIELDS);
    let name = node.str("name").unwrap_or_default().to_owned();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    if name.is_empty() || !name.chars().all(plain) {
        fields.refuse(node, "`name` must be a text of letters, digits, `-` and `.`");
    }
    let mode = match node.str("mode") {
        None | Some("enforce") => Mode::Enforce,
        Some("warn") => Mode::Warn,
        Some(_) => {
            fields.refuse(node, "`mode` must be `enforce` or `warn`");
            Mode::Enforce
        }
    };
    let quantifier = match node.str("require") {
        None | Some("any") => Quantifier::Any,
        Some("all") => Quantifier::All,
        Some(_) => {
            fields.refuse(node, "`require` must be `any` or `all`");
            Quantifier::All
        }
    };
    let mut images = Vec::new();
    for image in node.list("images") {
        match image.as_str().map(Glob::new) {
            Some(Ok(glob)) => images.push(glob),
            Some(Err(error)) => fields.refuse(image, &error.to_string()),
            None => fields.refuse(image, "`images` must be a list of texts"),
        }
    }
    if images.is_empty() {
        fields.refuse(node, "`images` is empty, so the policy is about no image");
    }
    if node.list("authorities").next().is_none() {
        fields.refuse(node, "`authorities` is empty, so nobody can vouch for an image");
    }
    let not_understood = fields.take_refusals();
    let (mut authorities, mut files) = (Vec::new(), Vec::new());
    for (place, one) in node.list("authorities").enumerate() {
        authorities.push(authority(one, place, fields));
        files.extend(fields.take_file().map(|file| (place, file)));
    }
    let policy = ImagePolicy { name, images, mode, quantifier, authorities, not_understood };
    (WrittenPolicy { policy, files }, problems)
}
