//! What the admission webhook writes of its own.

use std::collections::BTreeMap;

use seawall_cluster::{Access, Hook, Stored, WriteError, Writer};
use serde_json::json;

use crate::stand::{Reply, Stand, status};
use crate::support::options;

fn with<T>(stand: &Stand, work: impl AsyncFnOnce(Writer) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        work(Writer::open(&Access::Url(stand.url()), options().0.patience).await.unwrap()).await
    })
}

fn secret(version: &str) -> Reply {
    holding(version, &json!({"tls.key": "a2V5"}))
}

fn holding(version: &str, data: &serde_json::Value) -> Reply {
    let metadata = json!({"namespace": "seawall", "name": "tls", "resourceVersion": version});
    Reply::Json(200, json!({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}))
}

fn data() -> BTreeMap<String, Vec<u8>> {
    BTreeMap::from([("tls.key".to_owned(), b"key".to_vec())])
}

const SECRET: &str = "/api/v1/namespaces/seawall/secrets/tls";

#[test]
fn a_secret_is_made_read_and_changed_at_its_version() {
    let stand = Stand::faulty(vec![], |target, before| match target {
        SECRET if before == 0 => None,
        target if target.starts_with("PATCH") => Some(secret("8")),
        SECRET if before == 2 => Some(holding("7", &json!({"tls.key": "a2V5", "ca-next.key": "bmV4dA=="}))),
        _ => Some(secret("7")),
    });
    let stored = |version: &str| Stored { data: data(), version: version.to_owned() };
    with(&stand, async |writer| {
        assert_eq!(writer.secret("seawall", "tls").await, Ok(None));
        assert_eq!(writer.put_secret("seawall", "tls", &data(), None).await, Ok(stored("7")));
        assert_eq!(writer.secret("seawall", "tls").await, Ok(Some(stored("7"))));
        assert_eq!(writer.put_secret("seawall", "tls", &data(), Some("7")).await, Ok(stored("8")));
    });
    let made = r#"{"apiVersion":"v1","kind":"Secret","type":"Opaque","metadata":{"namespace":"seawall","name":"tls"},"data":{"tls.key":"a2V5"}}"#;
    let patch = r#"{"metadata":{"resourceVersion":"7"},"data":{"tls.key":"a2V5","ca-next.key":null}}"#;
    assert_eq!(
        stand.seen(),
        [
            SECRET.to_owned(),
            format!("POST /api/v1/namespaces/seawall/secrets {made}"),
            SECRET.to_owned(),
            SECRET.to_owned(),
            format!("PATCH {SECRET} {patch}"),
        ]
    );
    assert!(!format!("{:?}", stored("7")).contains("107"), "values of a Secret are not for logs");
}

#[test]
fn the_slower_replica_is_told() {
    let stand = Stand::faulty(vec![], |_, _| Some(status(409, "AlreadyExists", "it exists")));
    with(&stand, async |writer| {
        for version in [None, Some("7")] {
            let written = writer.put_secret("seawall", "tls", &data(), version).await;
            assert_eq!(written, Err(WriteError::Conflict("status 409: it exists".to_owned())));
        }
    });
    let gone = Stand::new(vec![]);
    with(&gone, async |writer| {
        let written = writer.put_secret("seawall", "tls", &data(), Some("7")).await;
        assert!(matches!(written, Err(WriteError::Conflict(_))), "{written:?}");
        let written = writer.put_secret("seawall", "tls", &data(), None).await;
        assert!(matches!(written, Err(WriteError::Refused(_))), "{written:?}");
    });
}

#[test]
fn names_lead_nowhere_else_and_odd_answers_are_errors() {
    let stand = Stand::faulty(vec![], |_, _| {
        Some(Reply::Json(
            200,
            json!({"kind": "Secret", "metadata": {"resourceVersion": "1"}, "data": {"a": "%"}}),
        ))
    });
    with(&stand, async |writer| {
        for (namespace, name) in [("a/b", "tls"), ("seawall", "../x"), ("", "tls")] {
            let read = writer.secret(namespace, name).await;
            assert!(matches!(read, Err(WriteError::Name(_))), "{read:?}");
        }
        let read = writer.secret("seawall", "tls").await;
        assert_eq!(read, Err(WriteError::Answer("a value is not base64".to_owned())));
    });
    assert_eq!(stand.seen(), [SECRET]);
}

#[test]
fn only_webhooks_that_call_the_service_get_its_certificates() {
    let webhook = |name: &str, service: &str, bundle: &str| json!({"name": name, "clientConfig": {"caBundle": bundle, "service": {"namespace": "seawall", "name": service}}});
    let stand = Stand::faulty(vec![], move |_, _| {
        let webhooks = json!([
            webhook("a.x", "admit", ""),
            webhook("b.x", "admit", "bmV3"),
            webhook("c.x", "other", "")
        ]);
        Some(Reply::Json(200, json!({"kind": "ValidatingWebhookConfiguration", "webhooks": webhooks})))
    });
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/seawall";
    with(&stand, async |writer| {
        let trusted = writer.trust(Hook::Validating, "seawall", ("seawall", "admit"), b"new").await;
        assert_eq!(trusted, Ok(Some(1)));
        let trusted = writer.trust(Hook::Validating, "seawall", ("seawall", "none"), b"new").await;
        assert_eq!(trusted, Ok(Some(0)));
    });
    let applied = r#"{"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingWebhookConfiguration","metadata":{"name":"seawall"},"webhooks":[{"name":"a.x","clientConfig":{"caBundle":"bmV3"}},{"name":"b.x","clientConfig":{"caBundle":"bmV3"}}]}"#;
    let patch = format!("PATCH {path}?fieldManager=seawall-trust&force=true {applied}");
    assert_eq!(stand.seen(), [path.to_owned(), patch, path.to_owned()]);
    let none = Stand::new(vec![]);
    with(&none, async |writer| {
        let trusted = writer.trust(Hook::Mutating, "seawall", ("seawall", "admit"), b"new").await;
        assert_eq!(trusted, Ok(None));
    });
}
