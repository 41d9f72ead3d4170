//! What is wrong with a kubeconfig.

use seawall_core::Severity;

use crate::kubeconfig::{Certificate, Cluster, Credentials, Exec, Kubeconfig};
use crate::{MASTERS, Subject};

/// Something that a kubeconfig should not have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeconfigFinding {
    /// The rule; stable.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// The entry: `user alice`, `cluster prod`, `file`.
    pub entry: String,
    /// What is wrong; no secret value is in it.
    pub message: String,
    /// What to do.
    pub help: &'static str,
}

const DAY: i64 = 86_400;
/// A client certificate cannot be revoked: what holds for longer than a year holds too long.
const LONG_LIFE: i64 = 366 * DAY;
/// A certificate that ends this soon is said to.
const SOON: i64 = 30 * DAY;

/// Judges a kubeconfig. `now` is in seconds since 1970, `mode` the permission bits of the file; without them what depends
/// on them is left out. Findings come by severity, then in the order of the file.
pub fn judge(config: &Kubeconfig, now: Option<i64>, mode: Option<u32>) -> Vec<KubeconfigFinding> {
    let mut judge = Judge { findings: Vec::new(), now };
    if let Some(mode) = mode {
        judge.mode(config, mode);
    }
    config.clusters.iter().for_each(|cluster| judge.cluster(cluster));
    config.users.iter().for_each(|user| judge.user(user));
    judge.references(config);
    judge.findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    judge.findings
}

struct Judge {
    findings: Vec<KubeconfigFinding>,
    now: Option<i64>,
}

impl Judge {
    fn say(
        &mut self,
        rule: &'static str,
        severity: Severity,
        entry: &str,
        message: String,
        help: &'static str,
    ) {
        self.findings.push(KubeconfigFinding { rule, severity, entry: entry.to_owned(), message, help });
    }

    fn mode(&mut self, config: &Kubeconfig, mode: u32) {
        let secrets = config.users.iter().any(Credentials::holds_secret);
        let (severity, who) = match mode & 0o077 {
            0 => return,
            bits if bits & 0o007 != 0 => (Severity::High, "everybody on the machine"),
            _ => (Severity::Medium, "the group of the file"),
        };
        // Whoever may write can put a program into it that its owner runs.
        let writable = mode & 0o022 != 0;
        let severity = if secrets || writable { severity } else { Severity::Low };
        let does = if writable { "change" } else { "read" };
        let message = format!("{who} may {does} the file (mode {:03o})", mode & 0o777);
        self.say("kubeconfig-file-mode", severity, "file", message, "`chmod 600` the file");
    }

    fn cluster(&mut self, cluster: &Cluster) {
        let entry = format!("cluster {}", cluster.name);
        if cluster.skips_verification {
            self.say(
                "kubeconfig-skips-verification",
                Severity::High,
                &entry,
                "`insecure-skip-tls-verify` is set: whoever stands between reads the credentials and answers as the API server".into(),
                "remove it and set `certificate-authority-data` to the authority of the cluster",
            );
        }
        if let Some(rest) = cluster.server.strip_prefix("http://") {
            let host = rest.split(['/', '?', '#']).next().unwrap_or("");
            let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
            let local = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
            let severity = if local { Severity::Low } else { Severity::High };
            self.say(
                "kubeconfig-plain-http",
                severity,
                &entry,
                format!("`{}` is not encrypted", cluster.server),
                "use the `https` address of the API server",
            );
        }
        if cluster.proxy_password {
            self.say(
                "kubeconfig-embedded-password",
                Severity::Medium,
                &entry,
                "`proxy-url` holds a password".into(),
                "give the proxy's credentials outside the file",
            );
        }
    }

    fn user(&mut self, user: &Credentials) {
        let entry = format!("user {}", user.name);
        if let Some(token) = &user.token {
            let whose = token.subject.as_ref().map_or(String::new(), |subject| format!(" of `{subject}`"));
            let (severity, message) = match (token.readable, token.expires, self.now) {
                (true, None, _) => {
                    (Severity::High, format!("a token{whose} that never ends stands in the file"))
                }
                (true, Some(end), Some(now)) if end < now => {
                    (Severity::Low, format!("a token{whose} that has ended stands in the file"))
                }
                (true, Some(end), _) => (
                    Severity::Medium,
                    format!("a token{whose} stands in the file; it holds until {}", date(end)),
                ),
                (false, ..) => (Severity::Medium, "a token stands in the file".to_owned()),
            };
            let help = "use an `exec` plugin, or short tokens of `kubectl create token`; revoke this one";
            self.say("kubeconfig-embedded-token", severity, &entry, message, help);
        }
        if user.password {
            self.say(
                "kubeconfig-embedded-password",
                Severity::High,
                &entry,
                "a password stands in the file; API servers take none since 1.19".into(),
                "remove it and log in through an identity provider",
            );
        }
        if user.key {
            self.say(
                "kubeconfig-embedded-key",
                Severity::Medium,
                &entry,
                "a private key stands in the file".into(),
                "use an `exec` plugin that gives short credentials",
            );
        }
        match &user.certificate {
            Some(Ok(certificate)) => self.certificate(&entry, certificate),
            Some(Err(())) => self.say(
                "kubeconfig-certificate-unreadable",
                Severity::Low,
                &entry,
                "`client-certificate-data` holds no certificate: its life is not judged".into(),
                "write the certificate as PEM in base64",
            ),
            None => {}
        }
        if let Some(exec) = &user.exec {
            self.exec(&entry, exec);
        }
        if let Some(provider) = &user.auth_provider {
            let removed = matches!(provider.as_str(), "gcp" | "azure" | "openstack");
            let message = match removed {
                true => format!("the provider `{provider}` is no longer part of Kubernetes"),
                false => format!(
                    "`auth-provider` `{provider}` is the old way to log in and keeps its tokens in the file"
                ),
            };
            self.say(
                "kubeconfig-auth-provider",
                Severity::Low,
                &entry,
                message,
                "use the `exec` plugin of the provider",
            );
        }
        if !user.provider_secrets.is_empty() {
            let keys = user.provider_secrets.join("`, `");
            self.say(
                "kubeconfig-embedded-token",
                Severity::Medium,
                &entry,
                format!("`{keys}` of the provider stand in the file"),
                "use the `exec` plugin of the provider; revoke these",
            );
        }
        if let Some(whom) = &user.impersonates {
            self.say(
                "kubeconfig-impersonates",
                Severity::Info,
                &entry,
                format!("acts as {}", Subject::user(whom)),
                "nothing, if that is meant",
            );
        }
    }

    fn certificate(&mut self, entry: &str, certificate: &Certificate) {
        if certificate.organizations.iter().any(|group| group == MASTERS) {
            self.say(
                "kubeconfig-certificate-masters",
                Severity::High,
                entry,
                format!(
                    "the certificate puts `{}` into `system:masters` until {}: no RBAC can take that away, and certificates cannot be revoked",
                    certificate.common_name,
                    date(certificate.not_after)
                ),
                "keep it for emergencies; bind a user of the identity provider to `cluster-admin` for daily work",
            );
        }
        let life = certificate.not_after - certificate.not_before;
        if life > LONG_LIFE {
            self.say(
                "kubeconfig-certificate-life",
                Severity::Medium,
                entry,
                format!("the client certificate holds for {} days and cannot be revoked", life / DAY),
                "ask for less in `expirationSeconds` of the CertificateSigningRequest, or use an `exec` plugin",
            );
        }
        let Some(now) = self.now else { return };
        let message = if certificate.not_after < now {
            format!("the client certificate has ended on {}", date(certificate.not_after))
        } else if certificate.not_before > now {
            format!("the client certificate does not hold before {}", date(certificate.not_before))
        } else if certificate.not_after - now < SOON {
            format!("the client certificate ends on {}", date(certificate.not_after))
        } else {
            return;
        };
        self.say("kubeconfig-certificate-ends", Severity::Low, entry, message, "renew the certificate");
    }

    fn exec(&mut self, entry: &str, exec: &Exec) {
        let Exec { command, arguments, variables, api_version } = exec;
        let program = command.rsplit(['/', '\\']).next().unwrap_or(command);
        let shell = matches!(
            program,
            "sh" | "bash"
                | "dash"
                | "zsh"
                | "cmd"
                | "cmd.exe"
                | "powershell"
                | "pwsh"
                | "python"
                | "python3"
                | "perl"
        );
        let path = command.contains(['/', '\\']);
        let absolute = command.starts_with('/') || command.get(1..3).is_some_and(|drive| drive == ":\\");
        let (severity, message) = if shell && *arguments > 0 {
            (
                Severity::High,
                format!("kubectl runs `{command}` with {arguments} arguments: any command may hide in them"),
            )
        } else if path && !absolute {
            (
                Severity::Medium,
                format!(
                    "kubectl runs `{command}` beside the file: whoever hands out the file hands out the program"
                ),
            )
        } else if !path {
            (Severity::Info, format!("kubectl runs the first `{command}` in PATH"))
        } else {
            (Severity::Info, format!("kubectl runs `{command}`"))
        };
        let help =
            "read what it runs before using a kubeconfig of somebody else; name the program by its full path";
        self.say("kubeconfig-exec", severity, entry, message, help);
        if api_version.ends_with("/v1alpha1") {
            self.say(
                "kubeconfig-exec-version",
                Severity::Low,
                entry,
                format!("`{api_version}` of the plugin protocol was removed in 1.24"),
                "update the plugin and set `client.authentication.k8s.io/v1`",
            );
        }
        let secret = |name: &&String| {
            let name = name.to_ascii_uppercase();
            ["TOKEN", "SECRET", "PASSWORD", "ACCESS_KEY", "API_KEY", "CREDENTIAL"]
                .iter()
                .any(|word| name.contains(word))
        };
        for name in variables.iter().filter(secret) {
            self.say(
                "kubeconfig-exec-secret",
                Severity::Medium,
                entry,
                format!("the variable `{name}` for the program looks like a secret in the file"),
                "let the program find its secret elsewhere",
            );
        }
    }

    fn references(&mut self, config: &Kubeconfig) {
        let help = "repair or remove the context";
        for context in &config.contexts {
            let entry = format!("context {}", context.name);
            if !config.clusters.iter().any(|cluster| cluster.name == context.cluster) {
                let message = format!("no cluster is called `{}`", context.cluster);
                self.say("kubeconfig-reference", Severity::Info, &entry, message, help);
            }
            if !config.users.iter().any(|user| user.name == context.user) {
                let message = format!("no user is called `{}`", context.user);
                self.say("kubeconfig-reference", Severity::Info, &entry, message, help);
            }
        }
        if !config.current.is_empty() && !config.contexts.iter().any(|context| context.name == config.current)
        {
            let message = format!("no context is called `{}`", config.current);
            self.say("kubeconfig-reference", Severity::Info, "current-context", message, "set another one");
        }
    }
}

impl Credentials {
    /// Whether something stands in the file that is enough to act as the user.
    fn holds_secret(&self) -> bool {
        self.token.is_some() || self.password || self.key || !self.provider_secrets.is_empty()
    }
}

fn date(seconds: i64) -> String {
    let text = seawall_events::format_micros(seconds.saturating_mul(1_000_000));
    text.split('T').next().unwrap_or("").to_owned()
}
