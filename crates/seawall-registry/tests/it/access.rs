//! Who asks: tokens, passwords, and where they go.

use std::sync::atomic::{AtomicUsize, Ordering};

use seawall_registry::{Credentials, Options, RegistryError};

use crate::double::{Asked, Double, Reply, run};
use crate::resolve::resolve;
use crate::shelf::{Shelf, client, client_with, digest, known};

fn bearer(realm: &str) -> Reply {
    let challenge = format!("Bearer realm=\"{realm}\",service=\"r.test\",scope=\"repository:app:pull\"");
    Reply::status(401).with("WWW-Authenticate", &challenge)
}

/// A registry that wants a token of its own service at `/token`.
async fn guarded(shelf: Shelf) -> Double {
    Double::start(move |asked: &Asked| {
        if asked.path.starts_with("/token") {
            return Reply::ok(r#"{"token": "let-me-in", "expires_in": 300}"#);
        }
        match asked.authorization.as_deref() {
            Some("Bearer let-me-in") => shelf.answer(asked),
            _ => bearer("/token?account=x"),
        }
    })
    .await
}

#[test]
fn an_anonymous_token_is_got_once() {
    run(async {
        let mut shelf = Shelf::default();
        let (one, two) = (shelf.image("1"), shelf.image("2"));
        let double = guarded(shelf).await;
        let client = client();
        assert_eq!(resolve(&client, &format!("{}/app:1", double.host)).await, Ok(one));
        assert_eq!(resolve(&client, &format!("{}/app:2", double.host)).await, Ok(two));
        let token = "GET /token?account=x&service=r.test&scope=repository%3Aapp%3Apull";
        let head = "HEAD /v2/app/manifests/1";
        assert_eq!(double.paths(), [head, token, head, "HEAD /v2/app/manifests/2"]);
        assert!(double.asked()[1].authorization.is_none());
    });
}

#[test]
fn a_token_that_ended_is_got_again() {
    run(async {
        let mut shelf = Shelf::default();
        shelf.image("1");
        let double = guarded(shelf).await;
        let (client, image) = (client(), format!("{}/app:1", double.host));
        resolve(&client, &image).await.unwrap();
        tokio::time::advance(std::time::Duration::from_secs(296)).await;
        resolve(&client, &image).await.unwrap();
        let tokens = double.paths().iter().filter(|path| path.contains("/token")).count();
        assert_eq!(tokens, 2);
    });
}

#[test]
fn credentials_go_to_the_token_service() {
    run(async {
        let mut shelf = Shelf::default();
        let one = shelf.image("1");
        let double = guarded(shelf).await;
        let client = client_with(known(&[(&double.host, "alice", "hunter2")]));
        assert_eq!(resolve(&client, &format!("{}/app:1", double.host)).await, Ok(one));
        let sent: Vec<Option<String>> = double.asked().into_iter().map(|asked| asked.authorization).collect();
        let basic = Some("Basic YWxpY2U6aHVudGVyMg==".to_owned());
        assert_eq!(sent, [None, basic, Some("Bearer let-me-in".to_owned())]);
    });
}

#[test]
fn a_refresh_token_is_posted() {
    run(async {
        let mut shelf = Shelf::default();
        let one = shelf.image("1");
        let double = guarded(shelf).await;
        let file = format!(r#"{{"auths": {{"{}": {{"identitytoken": "re&fresh"}}}}}}"#, double.host);
        let client =
            client_with(Options { credentials: Credentials::read(&file).unwrap(), ..Options::default() });
        assert_eq!(resolve(&client, &format!("{}/app:1", double.host)).await, Ok(one));
        let asked = &double.asked()[1];
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/token?account=x"));
        assert_eq!(
            asked.body,
            "grant_type=refresh_token&client_id=seawall&refresh_token=re%26fresh&service=r.test&scope=repository%3Aapp%3Apull"
        );
    });
}

#[test]
fn basic_authentication() {
    run(async {
        let mut shelf = Shelf::default();
        let one = shelf.image("1");
        let double = Double::start(move |asked| match asked.authorization.as_deref() {
            Some("Basic YWxpY2U6aHVudGVyMg==") => shelf.answer(asked),
            _ => Reply::status(401).with("WWW-Authenticate", "Basic realm=\"r\""),
        })
        .await;
        let image = format!("{}/app:1", double.host);
        let client = client_with(known(&[(&double.host, "alice", "hunter2")]));
        assert_eq!(resolve(&client, &image).await, Ok(one));
        let error = resolve(&crate::shelf::client(), &image).await.unwrap_err();
        assert!(error.to_string().contains("give credentials for this registry"), "{error}");
        let wrong = client_with(known(&[(&double.host, "alice", "wrong")]));
        let error = resolve(&wrong, &image).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { .. }), "{error}");
        assert!(!format!("{error:?}{error}").contains("wrong"));
    });
}

/// What a redirect must never take along.
#[test]
fn an_authorization_stays_with_its_host() {
    run(async {
        let mut shelf = Shelf::default();
        shelf.image("1");
        let manifest = shelf.0["manifests/1"].clone();
        let expected = digest(&manifest);
        let store = Double::start(move |_| Reply::ok(manifest.clone())).await;
        let target = format!("http://{}/blob", store.host);
        let hops = AtomicUsize::new(0);
        let double =
            Double::start(move |asked| match (asked.authorization.as_deref(), asked.method.as_str()) {
                (None, _) => Reply::status(401).with("WWW-Authenticate", "Basic realm=\"r\""),
                (_, "HEAD") => Reply::status(405),
                // First within the host, where the authorization may stay.
                _ if hops.fetch_add(1, Ordering::SeqCst) == 0 => {
                    Reply::redirect("/v2/app/manifests/elsewhere")
                }
                _ => Reply::redirect(&target),
            })
            .await;
        let client = client_with(known(&[(&double.host, "alice", "hunter2"), (&store.host, "bob", "p")]));
        assert_eq!(resolve(&client, &format!("{}/app:1", double.host)).await, Ok(expected));
        let here: Vec<bool> = double.asked().iter().map(|asked| asked.authorization.is_some()).collect();
        assert_eq!(here, [false, true, true, true]);
        let there: Vec<bool> = store.asked().iter().map(|asked| asked.authorization.is_some()).collect();
        assert_eq!(there, [false]);
    });
}

#[test]
fn who_is_redirected_to_gets_no_login() {
    run(async {
        let service = Double::start(|_| Reply::ok(r#"{"token": "t"}"#)).await;
        let realm = format!("http://{}/token", service.host);
        let elsewhere = Double::start(move |_| bearer(&realm)).await;
        let target = format!("http://{}/v2/app/manifests/1", elsewhere.host);
        let double = Double::start(move |_| Reply::redirect(&target)).await;
        let client = client_with(known(&[(&double.host, "alice", "hunter2")]));
        let error = resolve(&client, &format!("{}/app:1", double.host)).await.unwrap_err();
        assert!(matches!(error, RegistryError::Unauthorized { .. }), "{error}");
        assert!(!elsewhere.asked().is_empty() && service.asked().is_empty());
    });
}

#[test]
fn credentials_are_not_sent_where_there_is_no_tls() {
    run(async {
        let double = Double::start(|_| bearer("http://auth.test/token")).await;
        let client = client_with(known(&[(&double.host, "alice", "hunter2")]));
        let error = resolve(&client, &format!("{}/app:1", double.host)).await.unwrap_err();
        assert!(error.to_string().contains("not asked without TLS"), "{error}");
        // Nor where a token service sends whoever posts a refresh token.
        let other = Double::start(|_| Reply::ok("{}")).await;
        let target = format!("http://{}/token", other.host);
        let double = Double::start(move |asked| match asked.path.as_str() {
            "/token" => Reply::redirect(&target),
            _ => bearer("/token"),
        })
        .await;
        let file = format!(r#"{{"auths": {{"{}": {{"identitytoken": "t"}}}}}}"#, double.host);
        let client =
            client_with(Options { credentials: Credentials::read(&file).unwrap(), ..Options::default() });
        let error = resolve(&client, &format!("{}/app:1", double.host)).await.unwrap_err();
        assert!(error.to_string().contains("credentials are not sent elsewhere"), "{error}");
        assert!(other.asked().is_empty());
    });
}

#[test]
fn services_that_give_no_token() {
    for (reply, said) in [
        (Reply::status as fn(u16) -> Reply, "does not know who asks"),
        (|_| Reply::ok("{}"), "sends a token that cannot be read: there is none"),
        (|_| Reply::ok("x"), "it is no JSON"),
        (|_| Reply::ok(r#"{"token": "a\r\nb"}"#), "it cannot stand in a header"),
        (|_| Reply::status(503), "answers 503 for a token"),
        (|_| Reply::ok("x".repeat(70 << 10)), "sends more than 65536 bytes for a token"),
    ] {
        run(async move {
            let double = Double::start(move |asked| match asked.path.starts_with("/token") {
                true => reply(403),
                false => bearer("/token"),
            })
            .await;
            let error = resolve(&client(), &format!("{}/app:1", double.host)).await.unwrap_err();
            assert!(error.to_string().contains(said), "{error}");
        });
    }
}
