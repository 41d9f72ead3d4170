//! What a server says of its types.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use seawall_cluster::{Access, Documents, Options, Watch};
use seawall_policy::vap::Types;
use serde_json::{Value, json};

use crate::stand::{Reply, Stand, status};
use crate::support::{live_with, options, small};

const GAUGES: &str = "/openapi/v3/apis/gauges.example/v1";

/// A document of a group that serves one kind.
fn document(group: &str, kind: &str, plural: &str, field: &str) -> Value {
    let gvk = json!({"group": group, "version": "v1", "kind": kind});
    let path = format!("/apis/{group}/v1/namespaces/{{namespace}}/{plural}");
    json!({
        "openapi": "3.0.0",
        "paths": {path: {"post": {"x-kubernetes-group-version-kind": gvk}}},
        "components": {"schemas": {format!("com.example.{kind}"): {
            "type": "object",
            "x-kubernetes-group-version-kind": [gvk],
            "properties": {
                "metadata": {"$ref": "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},
                (field): {"type": "string"},
            },
        }}},
    })
}

/// `(key, what its address ends in)`
fn index(entries: &[(&str, &str)]) -> Reply {
    let paths: serde_json::Map<String, Value> = entries
        .iter()
        .map(|(key, end)| {
            ((*key).to_owned(), json!({"serverRelativeURL": format!("/openapi/v3/{key}{end}")}))
        })
        .collect();
    Reply::Json(200, json!({"paths": paths}))
}

fn path(target: &str) -> &str {
    target.split('?').next().unwrap()
}

fn asked(stand: &Stand) -> Vec<String> {
    stand.seen().into_iter().filter(|target| target.starts_with("/openapi/v3/")).collect()
}

fn described() -> Options {
    Options { documents: true, ..options().0 }
}

#[test]
fn groups_that_kubernetes_does_not_have_are_asked_for() {
    let stand = Stand::faulty(small(), |target, _| match path(target) {
        "/openapi/v3" => Some(index(&[
            ("api/v1", "?hash=A1"),
            ("apis/apps/v1", "?hash=A2"),
            ("apis/gauges.example/v1", "?hash=A3"),
            ("apis/../v1", "?hash=A4"),
            ("version", "?hash=A5"),
        ])),
        GAUGES => Some(Reply::Json(200, document("gauges.example", "Gauge", "gauges", "mode"))),
        _ => None,
    });
    let (loaded, summary) = live_with(&stand, &described()).unwrap();
    assert_eq!(summary.refused, []);
    assert_eq!(asked(&stand), [format!("{GAUGES}?hash=A3")]);
    let types = Types::of(&loaded.inventory);
    let gauge = types.schemas().of("gauges.example", "v1", "Gauge").unwrap();
    assert!(gauge.field("mode").is_some());
    assert!(types.schemas().resource("gauges.example", "v1", "gauges").is_some());
    // Whoever does not ask for them asks nothing.
    let stand = Stand::new(small());
    live_with(&stand, &options().0).unwrap();
    assert!(stand.seen().iter().all(|target| !target.starts_with("/openapi")));
}

#[test]
fn a_server_of_another_release_is_asked_for_everything() {
    let stand = Stand::faulty(small(), |target, _| match path(target) {
        "/version" => Some(Reply::Json(200, json!({"major": "1", "minor": "41"}))),
        "/openapi/v3" => Some(index(&[("api/v1", ""), ("apis/apps/v1", "//elsewhere?hash=1")])),
        "/openapi/v3/apis/apps/v1" => Some(Reply::Json(200, document("apps", "Squad", "squads", "size"))),
        _ => None,
    });
    let (loaded, summary) = live_with(&stand, &described()).unwrap();
    assert_eq!(asked(&stand), ["/openapi/v3/api/v1", "/openapi/v3/apis/apps/v1"]);
    assert!(Types::of(&loaded.inventory).schemas().of("apps", "v1", "Squad").is_some());
    let refused: Vec<_> = summary.refused.iter().map(|refused| refused.what.as_str()).collect();
    assert_eq!(refused, ["/openapi/v3/api/v1"]);
    assert!(summary.refused[0].reason.starts_with("status 404: "), "{:?}", summary.refused);
}

#[test]
fn a_server_that_refuses_is_told_and_all_else_is_read() {
    let stand =
        Stand::faulty(small(), |target, _| (target == "/openapi/v3").then(|| status(403, "Forbidden", "no")));
    let (loaded, summary) = live_with(&stand, &described()).unwrap();
    assert_eq!(summary.refused.len(), 1);
    assert_eq!(
        (summary.refused[0].what.as_str(), summary.refused[0].reason.as_str()),
        ("/openapi/v3", "status 403: no")
    );
    assert!(loaded.inventory.api_documents().is_empty() && !loaded.inventory.resources().is_empty());
}

#[test]
fn an_extension_speaks_only_of_its_own_group() {
    let stand = Stand::faulty(small(), |target, _| match path(target) {
        "/openapi/v3" => {
            Some(index(&[("apis/a.example/v1", ""), ("apis/b.example/v1", ""), ("apis/c.example/v1", "")]))
        }
        "/openapi/v3/apis/a.example/v1" => {
            Some(Reply::Json(200, document("apps", "Squad", "squads", "size")))
        }
        // Without paths nothing says whose kinds these are.
        "/openapi/v3/apis/b.example/v1" => {
            let mut document = document("apps", "Squad", "squads", "size");
            document.as_object_mut().unwrap().remove("paths");
            Some(Reply::Json(200, document))
        }
        "/openapi/v3/apis/c.example/v1" => Some(Reply::Text(200, "text/html", "<html>".into())),
        _ => None,
    });
    let (loaded, summary) = live_with(&stand, &described()).unwrap();
    assert!(loaded.inventory.api_documents().is_empty());
    let reasons: Vec<_> = summary.refused.iter().map(|refused| refused.reason.as_str()).collect();
    assert_eq!(
        reasons,
        ["it is about something else", "it is about something else", "the answer is not JSON"]
    );
}

#[test]
fn a_server_that_is_not_well_is_left_alone() {
    let keys: Vec<String> = (0..40).map(|at| format!("apis/g{at:02}.example/v1")).collect();
    let stand = Stand::faulty(small(), move |target, _| match target {
        "/openapi/v3" => Some(index(&keys.iter().map(|key| (key.as_str(), "")).collect::<Vec<_>>())),
        _ if target.starts_with("/openapi/v3/") => Some(Reply::Later(503, "1")),
        _ => None,
    });
    let (_, summary) = live_with(&stand, &described()).unwrap();
    // Eight that were tried twice, and one line for the others.
    assert_eq!(asked(&stand).len(), 16);
    assert_eq!(summary.refused.len(), 9);
    assert_eq!(summary.refused[8].what, "/openapi/v3/apis/g08.example/v1 and those behind it");
}

#[test]
fn what_did_not_change_is_not_asked_for_again_and_what_is_lost_stays() {
    let (later, down) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
    let (changed, gone) = (Arc::clone(&later), Arc::clone(&down));
    let stand = Stand::faulty(small(), move |target, _| {
        let later = changed.load(Ordering::SeqCst);
        match path(target) {
            "/openapi/v3" if gone.load(Ordering::SeqCst) => Some(status(403, "Forbidden", "no")),
            "/openapi/v3" if later => {
                Some(index(&[("apis/b.example/v1", "?hash=B2"), ("apis/c.example/v1", "?hash=C1")]))
            }
            "/openapi/v3" => Some(index(&[
                ("apis/a.example/v1", "?hash=A1"),
                ("apis/b.example/v1", "?hash=B1"),
                ("apis/c.example/v1", "?hash=C1"),
            ])),
            other => {
                let group = other.strip_prefix("/openapi/v3/apis/")?.strip_suffix("/v1")?;
                Some(Reply::Json(200, document(group, "Thing", "things", "x")))
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let watch = Watch::open(&Access::Url(stand.url()), options().0).await.unwrap();
        let mut documents = Documents::default();
        assert!(watch.describe(&mut documents, None).await);
        assert_eq!((documents.trees().count(), asked(&stand).len()), (3, 3));
        assert!(!watch.describe(&mut documents, None).await);
        assert_eq!(asked(&stand).len(), 3);
        later.store(true, Ordering::SeqCst);
        assert!(watch.describe(&mut documents, None).await);
        assert_eq!((documents.trees().count(), asked(&stand).len()), (2, 4));
        down.store(true, Ordering::SeqCst);
        assert!(!watch.describe(&mut documents, None).await);
        assert_eq!((documents.trees().count(), documents.refused().len()), (2, 1));
    });
}
