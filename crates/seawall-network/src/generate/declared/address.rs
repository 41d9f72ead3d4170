//! Addresses in texts: URLs, `host:port`, lists of brokers, connection strings. What is found may mean nothing: only names
//! that are resolved afterwards count.

use std::net::Ipv4Addr;

/// Something in a text that may be the address of a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Candidate {
    /// The scheme of a URL, lower case; the last part of `jdbc:postgresql`.
    pub(super) scheme: Option<String>,
    /// The host name or address, lower case, without a final dot.
    pub(super) host: String,
    /// The port, when it is written.
    pub(super) port: Option<u16>,
}

/// How much of a text counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// Only what looks like an address by itself.
    Strict,
    /// A single word, or a list of words, is a host name: its key says so.
    Hosts,
}

/// Bytes of one text that are looked at: ConfigMaps hold 1 MiB at most.
const MAX_TEXT: usize = 1 << 20;
/// Candidates of one text; a text with more is a list of something else.
const MAX_CANDIDATES: usize = 1_000;
/// The longest host name (RFC 1035).
const MAX_HOST: usize = 253;

/// Everything in a text that may be an address, each once, in the order written.
pub(super) fn candidates(text: &str, reading: Reading) -> Vec<Candidate> {
    let text = text.get(..text.floor_char_boundary(MAX_TEXT)).unwrap_or(text);
    let mut found: Vec<Candidate> = Vec::new();
    let words: Vec<&str> = words(text).collect();
    // A sentence is no list of hosts.
    let hosts = reading == Reading::Hosts && !text.trim().contains(char::is_whitespace);
    for word in words {
        if found.len() >= MAX_CANDIDATES {
            break;
        }
        if let Some(one) = candidate(word, hosts)
            && !found.contains(&one)
        {
            found.push(one);
        }
    }
    found
}

/// The parts between characters that stand in no host name and no URL before its query.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let between = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ',' | ';'
                    | '"'
                    | '\''
                    | '`'
                    | '<'
                    | '>'
                    | '('
                    | ')'
                    | '{'
                    | '}'
                    | '|'
                    | '\\'
                    | '='
                    | '&'
                    | '['
                    | ']'
            )
    };
    text.split(between).filter(|word| !word.is_empty())
}

fn candidate(word: &str, hosts: bool) -> Option<Candidate> {
    let (scheme, rest) = match word.split_once("://") {
        Some((before, rest)) => (Some(scheme(before)?), rest),
        None => (None, word),
    };
    // `dns:///name:port` of gRPC has no authority, `jdbc:oracle:thin:@//host` hides one.
    let rest = if scheme.as_deref() == Some("dns") { rest.trim_start_matches('/') } else { rest };
    let authority = |text: &str| text.split(['/', '?', '#']).next().unwrap_or("").to_owned();
    let text = match (&scheme, rest.rsplit_once('@')) {
        (Some(_), _) => {
            let whole = authority(rest);
            whole.rsplit_once('@').map_or(whole.clone(), |(_, host)| host.to_owned())
        }
        (None, Some((_, host))) => authority(host.trim_start_matches('/')),
        (None, None) => {
            // A block of addresses is no server.
            if rest.split_once('/').is_some_and(|(_, tail)| tail.bytes().all(|byte| byte.is_ascii_digit())) {
                return None;
            }
            authority(rest.trim_start_matches('/'))
        }
    };
    let (host, port) = host_and_port(&text)?;
    let known = scheme.is_some() || port.is_some() || is_service_name(&host) || hosts && !word.contains('/');
    known.then_some(Candidate { scheme, host, port })
}

/// The scheme before `://`: the last part of `jdbc:mysql`.
fn scheme(before: &str) -> Option<String> {
    let last = before.rsplit(':').next()?;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.' | b'_');
    let starts = last.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (starts && last.bytes().all(fits)).then(|| last.to_ascii_lowercase())
}

fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let mut parts = text.split(':');
    let host = parts.next()?.trim_end_matches('.');
    // After a third part (`host:1521:sid`) nothing matters.
    let port = match parts.next() {
        None | Some("") => None,
        Some(port) => Some(port.parse::<u16>().ok().filter(|port| *port > 0)?),
    };
    is_host(host).then(|| (host.to_ascii_lowercase(), port))
}

/// Whether a text can be a host name or an IPv4 address.
fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let label = |label: &str| !label.is_empty() && label.bytes().all(fits) && !label.starts_with('-');
    // What has no letter is an address, or a time, a version and the like.
    let named = text.bytes().any(|byte| byte.is_ascii_alphabetic()) || text.parse::<Ipv4Addr>().is_ok();
    named && text.len() <= MAX_HOST && text.split('.').all(label)
}

/// Whether a name says that it is that of a Service: `db.shop.svc`, `db.shop.svc.cluster.local`.
pub(super) fn is_service_name(host: &str) -> bool {
    host.split('.').skip(2).any(|label| label == "svc")
}

/// Words that end the name of a variable whose value is an address.
const ADDRESS_WORDS: [&str; 32] = [
    "addr",
    "addrs",
    "address",
    "addresses",
    "backend",
    "backends",
    "bootstrap",
    "broker",
    "brokers",
    "connection",
    "datasource",
    "dsn",
    "endpoint",
    "endpoints",
    "gateway",
    "host",
    "hostname",
    "hosts",
    "nodes",
    "peer",
    "peers",
    "proxy",
    "remote",
    "seeds",
    "server",
    "servers",
    "service",
    "target",
    "targets",
    "upstream",
    "uri",
    "url",
];

/// Whether the name of a variable or key says that its value is an address.
pub(super) fn names_address(name: &str) -> bool {
    let words = name_words(name);
    match words.as_slice() {
        [.., before, last] if last == "name" => before == "host",
        [.., last] => {
            ADDRESS_WORDS.contains(&last.as_str()) || last.ends_with("host") || last.ends_with("url")
        }
        [] => false,
    }
}

/// The words of `DB_HOST`, `db.host`, `--db-host` or `dbHost`, lower case.
fn name_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    let mut lower = false;
    for c in name.chars() {
        if !c.is_ascii_alphanumeric() {
            open = false;
            continue;
        }
        if c.is_ascii_uppercase() && lower {
            open = false;
        }
        lower = c.is_ascii_lowercase();
        match words.last_mut().filter(|_| open) {
            Some(word) => word.push(c.to_ascii_lowercase()),
            None => words.push(c.to_ascii_lowercase().to_string()),
        }
        open = true;
    }
    words
}

/// A name without case and separators, so that `DB_HOST` and `dbHost` are one.
pub(super) fn plain_name(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Endings that the name of a host has and the name of its port has not, longest first.
const HOST_ENDINGS: [&str; 11] = [
    "servicehost",
    "hostname",
    "address",
    "endpoint",
    "service",
    "server",
    "broker",
    "host",
    "addr",
    "url",
    "uri",
];

/// The names, in plain form, of the variables that may hold the port to go with a host: `DB_HOST` → `dbport`.
pub(super) fn port_names(host: &str) -> Vec<String> {
    let plain = plain_name(host);
    let mut names = vec![format!("{plain}port")];
    for ending in HOST_ENDINGS {
        if let Some(head) = plain.strip_suffix(ending) {
            names.push(format!("{head}port"));
            names.push(format!("{head}serviceport"));
            break;
        }
    }
    names
}

/// The port that a scheme implies (IANA's registry of service names, and the projects' own documentation).
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    Some(match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "amqp" => 5672,
        "amqps" => 5671,
        "elasticsearch" => 9200,
        "kafka" | "plaintext" => 9092,
        "ldap" => 389,
        "ldaps" => 636,
        "memcached" => 11211,
        "mongodb" | "mongodb+srv" => 27017,
        "mqtt" => 1883,
        "mysql" | "mariadb" => 3306,
        "nats" => 4222,
        "postgres" | "postgresql" => 5432,
        "redis" | "rediss" => 6379,
        "smtp" => 25,
        "sqlserver" => 1433,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, reading: Reading) -> Vec<String> {
        candidates(text, reading)
            .iter()
            .map(|one| {
                let scheme = one.scheme.as_deref().map_or(String::new(), |scheme| format!("{scheme}://"));
                let port = one.port.map_or(String::new(), |port| format!(":{port}"));
                format!("{scheme}{}{port}", one.host)
            })
            .collect()
    }

    #[test]
    fn addresses_of_all_kinds() {
        for (text, expected) in [
            ("productcatalogservice:3550", vec!["productcatalogservice:3550"]),
            ("http://web.shop/path?next=http://a", vec!["http://web.shop", "http://a"]),
            ("jdbc:postgresql://ledger-db:5432/postgresdb", vec!["postgresql://ledger-db:5432"]),
            ("jdbc:oracle:thin:@//ora:1521/x", vec!["ora:1521"]),
            ("jdbc:oracle:thin:@ora:1521:sid", vec!["ora:1521"]),
            ("jdbc:sqlserver://sql:1433;databaseName=x", vec!["sqlserver://sql:1433"]),
            (
                "mongodb://u:p@m0.mongo:27017,m1.mongo:27017/db",
                vec!["mongodb://m0.mongo:27017", "m1.mongo:27017"],
            ),
            ("user:secret@tcp(mysql:3306)/db", vec!["mysql:3306"]),
            (
                "amqp://guest:guest@rabbit.mq.svc.cluster.local.:5672/%2f",
                vec!["amqp://rabbit.mq.svc.cluster.local:5672"],
            ),
            ("db.shop.svc", vec!["db.shop.svc"]),
            ("dns:///greeter:50051", vec!["dns://greeter:50051"]),
            ("--redis=redis:6379 -v", vec!["redis:6379"]),
            ("10.96.0.10:53", vec!["10.96.0.10:53"]),
        ] {
            assert_eq!(shown(text, Reading::Strict), expected, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_addresses() {
        for text in
            ["10.0.0.0/8", "production", "redis:alpine", "a/b:latest", "12:34:x!", ":8080", "http://", "-x:1"]
        {
            assert_eq!(shown(text, Reading::Strict), Vec::<String>::new(), "{text}");
        }
        assert_eq!(shown("redis", Reading::Hosts), ["redis"]);
        assert_eq!(shown("k0,k1", Reading::Hosts), ["k0", "k1"]);
        assert_eq!(shown("see the manual", Reading::Hosts), Vec::<String>::new());
    }

    #[test]
    fn names_of_variables() {
        for name in [
            "DB_HOST",
            "dbHost",
            "REDIS_ADDR",
            "spring.datasource.url",
            "--db-host",
            "PGHOST",
            "DB_HOST_NAME",
        ] {
            assert!(names_address(name), "{name}");
        }
        for name in ["OTEL_SERVICE_NAME", "POSTGRES_DB", "MODE", "NODE_ENV", ""] {
            assert!(!names_address(name), "{name}");
        }
        assert_eq!(port_names("DB_HOST"), ["dbhostport", "dbport", "dbserviceport"]);
        assert!(port_names("PGHOST").contains(&"pgport".to_owned()));
        assert!(port_names("database.hostname").contains(&"databaseport".to_owned()));
    }

    #[test]
    fn long_texts_are_bounded() {
        let many: String = (1..3_000).map(|port| format!("h:{port} ")).collect();
        assert_eq!(candidates(&many, Reading::Strict).len(), MAX_CANDIDATES);
        let long = "a".repeat(300) + ":80";
        assert!(candidates(&long, Reading::Strict).is_empty());
        assert!(candidates(&"é:1 ".repeat(400_000), Reading::Strict).is_empty());
    }
}
