//! A kubeconfig without its secrets.

use seawall_yaml::{Node, decode_base64};

use crate::kubeconfig::certificate::Certificate;

/// A kubeconfig: what it is and where its secrets stand, but none of their values.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kubeconfig {
    /// The clusters.
    pub clusters: Vec<Cluster>,
    /// The users.
    pub users: Vec<Credentials>,
    /// The contexts.
    pub contexts: Vec<Context>,
    /// The context that is used when none is named.
    pub current: String,
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Its name in the file.
    pub name: String,
    /// The address, without a user and password in it.
    pub server: String,
    /// Whether the certificate of the server is not verified.
    pub skips_verification: bool,
    /// Whether a certificate authority is named.
    pub has_authority: bool,
    /// Whether the address of the proxy holds a password.
    pub proxy_password: bool,
}

/// How a user proves who he is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// The name in the file.
    pub name: String,
    /// A token stands in the file.
    pub token: Option<Token>,
    /// A password stands in the file.
    pub password: bool,
    /// A private key stands in the file.
    pub key: bool,
    /// A client certificate stands in the file; `Err` when it cannot be read.
    pub certificate: Option<Result<Certificate, ()>>,
    /// A program that gives credentials.
    pub exec: Option<Exec>,
    /// A built-in provider that Kubernetes has removed or is about to remove.
    pub auth_provider: Option<String>,
    /// Keys of the provider's settings that hold secrets.
    pub provider_secrets: Vec<String>,
    /// As whom the user acts.
    pub impersonates: Option<String>,
}

/// What can be said of a token without showing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Token {
    /// Whether it is a JSON web token, whose life can be read.
    pub readable: bool,
    /// Whom it is for.
    pub subject: Option<String>,
    /// Until when it holds, in seconds since 1970; unset when it never ends or is no JSON web token.
    pub expires: Option<i64>,
}

/// A program that gives credentials.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exec {
    /// The program.
    pub command: String,
    /// How many arguments it gets; they may hold secrets and are not kept.
    pub arguments: usize,
    /// Names of the variables set for it.
    pub variables: Vec<String>,
    /// The version of the protocol.
    pub api_version: String,
}

/// A cluster with a user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Its name.
    pub name: String,
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the user.
    pub user: String,
}

impl Kubeconfig {
    /// Reads a document; `None` when it is no kubeconfig (kind `Config` of version `v1` with clusters, users or contexts).
    pub fn read(node: Node<'_>) -> Option<Self> {
        let is_config = node.str("kind") == Some("Config") && node.str("apiVersion") == Some("v1");
        let has_parts = ["clusters", "users", "contexts"].iter().any(|key| node.entry(key).is_some());
        // kubectl reads a file without kind and version, too, when it has all three lists.
        let bare = node.entry("kind").is_none()
            && ["clusters", "users", "contexts"].iter().all(|key| node.get(key).is_some_and(Node::is_seq));
        if !(is_config && has_parts || bare) {
            return None;
        }
        Some(Kubeconfig {
            clusters: node.list("clusters").map(cluster).collect(),
            users: node.list("users").map(credentials).collect(),
            contexts: node.list("contexts").map(context).collect(),
            current: text(node, "current-context"),
        })
    }
}

fn text(node: Node<'_>, key: &str) -> String {
    node.get(key).and_then(Node::scalar_text).map(|text| text.into_owned()).unwrap_or_default()
}

fn has(node: Option<Node<'_>>, key: &str) -> bool {
    node.and_then(|node| node.get(key)).and_then(Node::scalar_text).is_some_and(|text| !text.is_empty())
}

fn context(node: Node<'_>) -> Context {
    let inner = |key| node.get("context").map(|context| text(context, key)).unwrap_or_default();
    Context { name: text(node, "name"), cluster: inner("cluster"), user: inner("user") }
}

fn cluster(node: Node<'_>) -> Cluster {
    let inner = node.get("cluster");
    let (server, _) = address(&inner.map(|inner| text(inner, "server")).unwrap_or_default());
    let (_, proxy_password) = address(&inner.map(|inner| text(inner, "proxy-url")).unwrap_or_default());
    Cluster {
        name: text(node, "name"),
        server,
        skips_verification: inner.and_then(|inner| inner.bool("insecure-skip-tls-verify")).unwrap_or(false),
        has_authority: has(inner, "certificate-authority-data") || has(inner, "certificate-authority"),
        proxy_password,
    }
}

/// An address without user and password, and whether there was a password.
fn address(url: &str) -> (String, bool) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), false) };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match authority.rsplit_once('@') {
        Some((user, host)) => (format!("{scheme}://{host}{path}"), user.contains(':')),
        None => (url.to_owned(), false),
    }
}

fn credentials(node: Node<'_>) -> Credentials {
    let inner = node.get("user");
    let value = |key| {
        inner.and_then(|inner| inner.get(key)).and_then(Node::scalar_text).filter(|text| !text.is_empty())
    };
    let provider = inner.and_then(|inner| inner.get("auth-provider"));
    let provider_secrets =
        provider.and_then(|provider| provider.get("config")).into_iter().flat_map(|config| {
            let secret = |(key, value): &(&str, Node<'_>)| {
                let key = key.to_ascii_lowercase();
                ["token", "secret", "password"].iter().any(|word| key.contains(word))
                    && value.scalar_text().is_some_and(|text| !text.is_empty())
            };
            config.entries().filter(secret).map(|(key, _)| key.to_owned()).collect::<Vec<_>>()
        });
    Credentials {
        name: text(node, "name"),
        token: value("token").map(|token| self::token(&token)),
        password: has(inner, "password"),
        key: has(inner, "client-key-data"),
        certificate: value("client-certificate-data").map(|data| certificate(&data).ok_or(())),
        exec: inner.and_then(|inner| inner.get("exec")).map(exec),
        auth_provider: provider.map(|provider| text(provider, "name")),
        provider_secrets: provider_secrets.collect(),
        impersonates: value("as").map(|text| text.into_owned()),
    }
}

fn certificate(data: &str) -> Option<Certificate> {
    let pem = String::from_utf8(decode_base64(data)?).ok()?;
    Certificate::from_pem(&pem)
}

fn exec(node: Node<'_>) -> Exec {
    Exec {
        command: text(node, "command"),
        arguments: node.list("args").count(),
        variables: node.list("env").map(|variable| text(variable, "name")).collect(),
        api_version: text(node, "apiVersion"),
    }
}

/// Reads the claims of a JSON web token; the signature, without which it is of no use, is not looked at.
fn token(token: &str) -> Token {
    let mut parts = token.split('.');
    let (Some(_), Some(claims), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Token::default();
    };
    let claims = decode_base64(claims)
        .and_then(|bytes| seawall_yaml::json::read_json_bytes(&bytes, &seawall_yaml::Limits::default()).0);
    match claims {
        Some(claims) if claims.root().is_map() => Token {
            readable: true,
            subject: claims.root().str("sub").map(str::to_owned),
            expires: claims.root().int("exp"),
        },
        _ => Token::default(),
    }
}
