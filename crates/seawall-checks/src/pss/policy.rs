//! Level and version: which standard is asked for.

use std::fmt;
use std::str::FromStr;

/// How strict a policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Everything is allowed.
    Privileged,
    /// Known privilege escalations are not.
    Baseline,
    /// Only hardened pods are.
    Restricted,
}

impl Level {
    /// The name in labels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Level::Privileged => "privileged",
            Level::Baseline => "baseline",
            Level::Restricted => "restricted",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = ParsePolicyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "privileged" => Ok(Level::Privileged),
            "baseline" => Ok(Level::Baseline),
            "restricted" => Ok(Level::Restricted),
            _ => Err(ParsePolicyError::Level(text.to_owned())),
        }
    }
}

/// A version of the standards. It keeps the number asked for, which messages repeat; rules are looked up in
/// [`Version::minor`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(Option<u32>);

impl Version {
    /// The newest version known here, whichever that is.
    pub const LATEST: Version = Version(None);
    /// The minor number of the newest version in which a rule changed.
    pub const NEWEST_MINOR: u32 = 37;

    /// Version `1.minor`; one above the newest means the newest.
    pub const fn v1(minor: u32) -> Self {
        Version(Some(minor))
    }

    /// The minor number whose rules apply, at most [`Version::NEWEST_MINOR`].
    pub fn minor(self) -> u32 {
        self.0.unwrap_or(Self::NEWEST_MINOR).min(Self::NEWEST_MINOR)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("latest"),
            Some(minor) => write!(f, "v1.{minor}"),
        }
    }
}

impl FromStr for Version {
    type Err = ParsePolicyError;

    /// Reads what the label `pod-security.kubernetes.io/enforce-version` takes: `latest` or `v1.x` without leading zeros.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "latest" {
            return Ok(Version::LATEST);
        }
        let minor = text.strip_prefix("v1.").filter(|digits| {
            digits.bytes().all(|b| b.is_ascii_digit()) && (*digits == "0" || !digits.starts_with('0'))
        });
        minor
            .and_then(|digits| digits.parse().ok())
            .map(Version::v1)
            .ok_or_else(|| ParsePolicyError::Version(text.to_owned()))
    }
}

/// A level of a version: `restricted:v1.31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Policy {
    /// How strict.
    pub level: Level,
    /// Of which version.
    pub version: Version,
}

impl Policy {
    /// A policy.
    pub const fn new(level: Level, version: Version) -> Self {
        Policy { level, version }
    }
}

impl fmt::Display for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.level, self.version)
    }
}

impl FromStr for Policy {
    type Err = ParsePolicyError;

    /// Reads `restricted:v1.31`; without a version it is `latest`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (level, version) = text.split_once(':').unwrap_or((text, "latest"));
        Ok(Policy { level: level.parse()?, version: version.parse()? })
    }
}

/// A text that names no level or no version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParsePolicyError {
    /// Not a level.
    Level(String),
    /// Not a version.
    Version(String),
}

impl fmt::Display for ParsePolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParsePolicyError::Level(text) => write!(
                f,
                "unknown Pod Security level `{}`, expected one of: privileged, baseline, restricted",
                text.escape_debug()
            ),
            ParsePolicyError::Version(text) => {
                write!(
                    f,
                    "unknown Pod Security version `{}`, expected `latest` or `v1.x`",
                    text.escape_debug()
                )
            }
        }
    }
}

impl std::error::Error for ParsePolicyError {}
