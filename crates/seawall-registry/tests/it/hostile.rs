//! Registries that mean harm.

use seawall_core::ImageReference;
use seawall_registry::{Host, Options, Registry, RegistryError};

use crate::double::{Double, Reply, run};
use crate::resolve::resolve;
use crate::shelf::{Shelf, client, digest};

/// A manifest that is asked for by HEAD is asked for by GET, which then gives this.
async fn sends(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Double {
    Double::start(move |asked| match asked.method.as_str() {
        "HEAD" => Reply::status(405),
        _ => reply(),
    })
    .await
}

async fn error(double: &Double) -> RegistryError {
    resolve(&client(), &format!("{}/app:1", double.host)).await.unwrap_err()
}

#[test]
fn manifests_without_an_end() {
    run(async {
        let announced =
            sends(|| Reply::Silent(b"HTTP/1.1 200 X\r\nContent-Length: 99999999999\r\n\r\n".to_vec())).await;
        assert!(matches!(error(&announced).await, RegistryError::TooLarge { most: 4_194_304, .. }));
        let chunk = [b"10000\r\n".as_slice(), &[b'x'; 1 << 16], b"\r\n"].concat();
        let chunked = sends(move || {
            Reply::Endless(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec(), chunk.clone())
        })
        .await;
        assert!(matches!(error(&chunked).await, RegistryError::TooLarge { .. }));
    });
}

#[test]
fn heads_without_an_end() {
    run(async {
        let double =
            Double::start(|_| Reply::Endless(b"HTTP/1.1 200 X\r\n".to_vec(), b"A: b\r\n".to_vec())).await;
        assert!(matches!(error(&double).await, RegistryError::Connection { .. }));
        let long = [b"A: ".as_slice(), &[b'x'; 1 << 16]].concat();
        let double =
            Double::start(move |_| Reply::Endless(b"HTTP/1.1 200 X\r\n".to_vec(), long.clone())).await;
        assert!(matches!(error(&double).await, RegistryError::Connection { .. }));
    });
}

#[test]
fn answers_that_take_for_ever() {
    run(async {
        for reply in [
            || Reply::Silent(Vec::new()),
            || Reply::Silent(b"HTTP/1.1 200 X\r\nContent-Length: 9\r\n\r\n{".to_vec()),
            || Reply::Dripping(b"HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\n".to_vec()),
            || Reply::Dripping(b"HTTP/1.1 200 X\r\nA: ".to_vec()),
        ] {
            let double = sends(reply).await;
            let error = error(&double).await;
            assert!(matches!(error, RegistryError::Time { .. }), "{error}");
        }
    });
}

#[test]
fn redirects_without_an_end_and_to_bad_places() {
    run(async {
        let double = Double::start(|asked| Reply::redirect(&format!("{}x", asked.path))).await;
        assert!(error(&double).await.to_string().contains("more often than is followed"));
        assert_eq!(double.asked().len(), 6);
        for (target, why) in [
            ("http://r.test/x", "not asked without TLS"),
            ("http://169.254.169.254/latest/meta-data", "not asked without TLS"),
            ("https://user@r.test/x", "to no address"),
            ("ftp://r.test/x", "has no"),
        ] {
            let double = Double::start(move |asked| match asked.path.contains("ftp:") {
                false => Reply::redirect(target),
                true => Reply::status(404),
            })
            .await;
            let error = error(&double).await;
            assert!(error.to_string().contains(why), "{target}: {error}");
        }
        let lost = Double::start(|_| Reply::status(307)).await;
        assert!(error(&lost).await.to_string().contains("to no address"));
        let linked = Double::start(|_| Reply::redirect("https://169.254.169.254/latest")).await;
        assert!(
            matches!(error(&linked).await, RegistryError::Barred { .. }),
            "where clouds keep credentials"
        );
    });
}

#[test]
fn content_that_is_something_else() {
    run(async {
        let mut shelf = Shelf::default();
        let one = shelf.image("1");
        let double = Double::start(|asked| match asked.path.contains("/manifests/sha256:") {
            true => Reply::ok("{}"),
            false => Reply::status(404),
        })
        .await;
        let text = format!("{}/app@{one}", double.host);
        let image = ImageReference::parse(&text).unwrap();
        let platform = "linux/amd64".parse().unwrap();
        let error = client().for_platform(&image, one, &platform).await.unwrap_err();
        assert!(matches!(error, RegistryError::Digest { found, .. } if found == digest(b"{}")), "{error}");
        // A registry that contradicts itself.
        let double = sends(move || Reply::ok("{}").with("Docker-Content-Digest", &one.to_string())).await;
        assert!(matches!(self::error(&double).await, RegistryError::Digest { .. }));
    });
}

#[test]
fn texts_that_are_no_http_and_no_json() {
    run(async {
        let double = Double::start(|_| Reply::Silent(b"SSH-2.0-x\r\n".to_vec())).await;
        assert!(matches!(error(&double).await, RegistryError::Connection { .. }));
        let deep = "[".repeat(100_000);
        let double = sends(move || Reply::ok(deep.clone())).await;
        assert!(matches!(error(&double).await, RegistryError::Malformed { .. }));
    });
}

#[test]
fn addresses_that_nobody_may_ask() {
    run(async {
        let double = Double::start(|_| Reply::status(404)).await;
        let image = format!("{}/app:1", double.host);
        let strict = Registry::new(Options::default()).unwrap();
        for image in [&image, &by_name(&image), "[::ffff:a9fe:a9fe]/app:1", "0.0.0.0:5000/app:1"] {
            let error = resolve(&strict, image).await.unwrap_err();
            assert!(matches!(error, RegistryError::Barred { .. }), "{error}");
            assert!(error.to_string().contains("leads to this machine"), "{error}");
        }
        assert!(double.asked().is_empty());
        // Whoever names it means it.
        let error = resolve(&naming(&double), &image).await.unwrap_err();
        assert!(matches!(error, RegistryError::NotFound { .. }), "{error}");
    });
}

/// A host on loopback by a name that leads there.
fn by_name(address: &str) -> String {
    address.replace("127.0.0.1", "localhost")
}

/// A client that may ask no host on this machine but this one.
fn naming(double: &Double) -> Registry {
    let plain = Host { plain: true, ..Host::default() };
    Registry::new(Options { hosts: [(double.host.clone(), plain)].into(), ..Options::default() }).unwrap()
}

#[test]
fn redirects_and_token_services_lead_nowhere_that_nobody_may_ask() {
    run(async {
        let inside = Double::start(|_| Reply::status(404)).await;
        for host in [inside.host.clone(), by_name(&inside.host)] {
            let target = format!("https://{host}/x");
            let redirect = Double::start({
                let target = target.clone();
                move |_| Reply::redirect(&target)
            })
            .await;
            let realm = format!("Bearer realm=\"{target}\"");
            let token = Double::start(move |_| Reply::status(401).with("WWW-Authenticate", &realm)).await;
            for double in [redirect, token] {
                let error = resolve(&naming(&double), &format!("{}/app:1", double.host)).await.unwrap_err();
                assert!(matches!(&error, RegistryError::Barred { host: at, .. } if *at == host), "{error}");
            }
        }
    });
}

#[test]
fn a_proxy_is_told_where_to_go_and_nothing_else() {
    run(async {
        let proxy = Double::start(|_| Reply::status(403)).await;
        let options = Options {
            proxy: Some((format!("http://user:secret@{}", proxy.host), "other.test".to_owned())),
            ..Options::default()
        };
        let client = Registry::new(options).unwrap();
        let error = resolve(&client, "r.test/app:1").await.unwrap_err();
        assert!(matches!(error, RegistryError::Connection { .. }), "{error}");
        assert!(!error.to_string().contains("secret"));
        assert_eq!(proxy.paths(), ["CONNECT r.test:443"]);
        // What is an address already, or may be one to a proxy, it is not asked for.
        for image in
            ["169.254.169.254/a:1", "[::1]:5000/a:1", "localhost:5000/a:1", "127.1/a:1", "a.0x7f/a:1"]
        {
            let error = resolve(&client, image).await.unwrap_err();
            assert!(matches!(error, RegistryError::Barred { .. }), "{image}: {error}");
        }
        assert_eq!(proxy.asked().len(), 1);
        let bad =
            Options { proxy: Some(("socks5://p.test".to_owned(), String::new())), ..Options::default() };
        assert!(Registry::new(bad).is_err());
    });
}
