//! Programs that are known to ask nobody who they are, told by their image and their command line.
//!
//! Sources: the documentation of each image on its defaults. What a file of settings says is not seen, so that a program
//! that is given one is passed over.

use seawall_core::Confidence;
use seawall_inventory::ContainerView;

use crate::facts::arguments::Arguments;
use crate::names::{Name, Names};

/// What whoever talks to the program gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gain {
    /// Code that runs in the container.
    Container,
    /// What the program's service account may do.
    Account,
    /// What is kept there.
    Data,
}

/// A program without a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OpenFacts {
    /// Where it listens; `None` for every port that is declared.
    pub(crate) port: Option<u16>,
    pub(crate) gain: Gain,
    pub(crate) confidence: Confidence,
    /// What is assumed.
    pub(crate) note: &'static str,
    /// What tells it.
    pub(crate) route: Name,
}

/// A container as the rows below see it.
struct Seen<'c, 'r> {
    container: &'c ContainerView<'r>,
    arguments: Arguments,
    /// The last part of the repository.
    program: String,
    repository: String,
    tag: String,
}

/// Which field tells.
#[derive(Clone, Copy)]
enum By {
    Image,
    Command,
}

type Row = (Option<u16>, Gain, Confidence, By, &'static str);

impl Seen<'_, '_> {
    fn env(&self, name: &str) -> Option<String> {
        let variable = self.container.env().find(|variable| variable.name == name)?;
        Some(variable.node.str("value").unwrap_or("").to_owned())
    }

    fn any_env(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.env(name).is_some_and(|value| !value.is_empty()) || self.is_given(name))
    }

    /// A value from elsewhere is a value.
    fn is_given(&self, name: &str) -> bool {
        self.container.env().any(|variable| variable.name == name && variable.node.get("valueFrom").is_some())
    }

    /// A file of settings, or settings from elsewhere, may hold a password.
    fn is_configured(&self) -> bool {
        let words = [".conf", ".yaml", ".yml", ".cfg"];
        words.iter().any(|word| self.arguments.mentions(word))
            || self.container.node().list("envFrom").next().is_some()
    }

    fn row(&self) -> Option<Row> {
        self.acts_for_others().or_else(|| self.runs_code()).or_else(|| self.keeps_data())
    }

    /// Programs that do with their own rights what they are asked.
    fn acts_for_others(&self) -> Option<Row> {
        let row = |port, note| Some((port, Gain::Account, Confidence::Medium, By::Command, note));
        let arguments = &self.arguments;
        if self.program.contains("dashboard") && arguments.flag("enable-skip-login").is_some() {
            return row(None, "the dashboard acts as its own account for who skips the login");
        }
        let everywhere = ["0.0.0.0", "::"].contains(&arguments.flag("address").unwrap_or(""));
        if arguments.runs("kubectl") && arguments.has("proxy") && everywhere {
            let port = arguments.flag("port").and_then(|port| port.parse().ok()).unwrap_or(8001);
            return row(Some(port), "the proxy adds its own credentials to every request");
        }
        if self.program == "argocli" && arguments.flag("auth-mode") == Some("server") {
            return row(Some(2746), "the server acts as its own account for everybody");
        }
        let tiller = self.program == "tiller" && arguments.flag("tls-verify").is_none();
        (tiller && self.env("TILLER_TLS_VERIFY").is_none()).then_some((
            Some(44134),
            Gain::Account,
            Confidence::Medium,
            By::Image,
            "Tiller installs what it is told with its own rights",
        ))
    }

    /// Programs that run what they are given.
    fn runs_code(&self) -> Option<Row> {
        let arguments = &self.arguments;
        let over_network = arguments.mentions("tcp://0.0.0.0:2375") || arguments.mentions("tcp://:2375");
        let inside = self.program == "docker" && self.tag.contains("dind");
        let untied = inside && self.env("DOCKER_TLS_CERTDIR").is_some_and(|folder| folder.is_empty());
        if (over_network || untied) && arguments.flag("tlsverify").is_none() {
            let note = "the Docker API runs any container";
            let by = if over_network { By::Command } else { By::Image };
            return Some((Some(2375), Gain::Container, Confidence::Medium, by, note));
        }
        let notebook = self.program.contains("notebook") || self.program.contains("jupyter");
        let token = ["NotebookApp.token", "ServerApp.token", "IdentityProvider.token"];
        let empty = |flag: &&str| {
            arguments.flag(flag).is_some_and(|value| value.trim_matches(['\'', '"']).is_empty())
        };
        if notebook && token.iter().any(empty) {
            let note = "a notebook without a token runs code for everybody";
            return Some((Some(8888), Gain::Container, Confidence::Medium, By::Command, note));
        }
        None
    }

    fn keeps_data(&self) -> Option<Row> {
        let row = |port, note| Some((Some(port), Gain::Data, Confidence::Low, By::Image, note));
        const PROGRAMS: &[&str] = &[
            "redis",
            "valkey",
            "keydb",
            "redis-stack-server",
            "mongo",
            "mongodb-community-server",
            "memcached",
            "elasticsearch",
            "etcd",
        ];
        match self.program.as_str() {
            program if !PROGRAMS.contains(&program) || self.is_configured() => None,
            "redis" | "valkey" | "keydb" | "redis-stack-server" => {
                let needs = ["requirepass", "aclfile"].iter().any(|word| self.arguments.mentions(word));
                let password = self.any_env(&["REDIS_PASSWORD", "REDIS_PASSWORD_FILE", "REDIS_ARGS"]);
                // The charts and images of Bitnami want a password unless told otherwise.
                let bitnami = self.repository.contains("bitnami");
                let allowed = self.env("ALLOW_EMPTY_PASSWORD").is_some_and(|value| value == "yes");
                if needs || password || bitnami && !allowed {
                    return None;
                }
                row(6379, "the image asks for no password unless told to")
            }
            "mongo" | "mongodb-community-server" => {
                let user = ["MONGO_INITDB_ROOT_USERNAME", "MONGO_INITDB_ROOT_USERNAME_FILE"];
                let told = ["auth", "keyFile"].iter().any(|flag| self.arguments.flag(flag).is_some());
                if told || self.any_env(&user) {
                    return None;
                }
                row(27017, "the image asks for no password unless told to")
            }
            "memcached" => {
                let told = self.arguments.has("-S") || self.arguments.flag("enable-sasl").is_some();
                if told { None } else { row(11211, "the image asks for no password unless told to") }
            }
            "elasticsearch" => {
                let off = self.env("xpack.security.enabled").is_some_and(|value| value == "false");
                if off { row(9200, "its security is switched off") } else { None }
            }
            "etcd" => {
                let flag = self.arguments.is_set("client-cert-auth");
                let variable = self.env("ETCD_CLIENT_CERT_AUTH").is_some_and(|value| value == "true");
                let empty = self.env("ALLOW_NONE_AUTHENTICATION").is_some_and(|value| value == "yes");
                let bitnami = self.repository.contains("bitnami");
                if flag || variable || bitnami && !empty {
                    None
                } else {
                    row(2379, "clients need no certificate")
                }
            }
            _ => None,
        }
    }
}

impl OpenFacts {
    pub(crate) fn read(container: &ContainerView<'_>, names: &mut Names) -> Option<Box<Self>> {
        let image = seawall_checks::ImageReference::parse(container.image().unwrap_or(""))?;
        let program = image.repository.rsplit('/').next().unwrap_or("").to_owned();
        let seen = Seen {
            container,
            arguments: Arguments::of(container.node()),
            program,
            repository: image.repository,
            tag: image.tag.unwrap_or("").to_owned(),
        };
        let (port, gain, confidence, by, note) = seen.row()?;
        let key = match by {
            By::Image => "image",
            By::Command if container.node().get("args").is_some() => "args",
            By::Command => "command",
        };
        let route = names.intern(&container.place(&[key]).route.to_string());
        Some(Box::new(OpenFacts { port, gain, confidence, note, route }))
    }
}
