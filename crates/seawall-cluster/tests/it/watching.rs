//! Kinds followed as they change.

use seawall_cluster::{Access, Delta, Options, Wanted, Watch};
use serde_json::{Value, json};

use crate::stand::{Kind, Reply, Stand, status};
use crate::support::{object, options, pods};

/// What was heard of a kind, one word and the names a change, until `enough` changes came.
fn heard(stand: &Stand, wanted: &Wanted, enough: usize) -> Vec<String> {
    heard_with(stand, wanted, options().0, enough, false)
}

/// The same, also that nothing changed where `same` says so.
fn heard_with(stand: &Stand, wanted: &Wanted, options: Options, enough: usize, same: bool) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let watch = Watch::open(&Access::Url(stand.url()), options).await.unwrap();
        let (changes, mut heard) = tokio::sync::mpsc::channel(1);
        let following = tokio::spawn({
            let wanted = wanted.clone();
            async move { watch.follow(wanted, changes).await }
        });
        let mut told = Vec::new();
        while told.len() < enough {
            let (kind, delta) = heard.recv().await.unwrap();
            assert_eq!(&kind, wanted);
            // How often nothing changes depends on how the stream is cut.
            if !matches!(delta, Delta::Same) || same {
                told.push(tell(&delta));
            }
        }
        // Whoever stops listening ends it.
        drop(heard);
        following.await.unwrap();
        told
    })
}

fn tell(delta: &Delta) -> String {
    let json = |tree: &seawall_yaml::Tree| {
        let mut out = String::new();
        tree.root().write_json(&mut out);
        let tree: Value = serde_json::from_str(&out).unwrap();
        let name = tree["metadata"]["name"].as_str().unwrap().to_owned();
        if tree["kind"] == "Secret" { format!("{name} {}", tree["data"]) } else { name }
    };
    match delta {
        Delta::All(trees) => format!("all {}", trees.iter().map(json).collect::<Vec<_>>().join(" ")),
        Delta::Put(tree) => format!("put {}", json(tree)),
        Delta::Gone(tree) => format!("gone {}", json(tree)),
        Delta::Same => "same".to_owned(),
        Delta::Refused(why) => format!("refused {why}"),
        Delta::Lost(why) => format!("lost {why}"),
        Delta::Absent => "absent".to_owned(),
    }
}

fn event(kind: &str, object: &Value) -> String {
    format!("{{\"type\":\"{kind}\",\"object\":{object}}}\n")
}

fn versioned(name: &str, version: &str) -> Value {
    let mut pod = object("shop", name);
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["resourceVersion"] = version.into();
    pod
}

fn stream(events: &[String]) -> Option<Reply> {
    Some(Reply::Text(200, "application/json", events.concat()))
}

#[test]
fn a_state_then_its_changes_without_a_gap() {
    let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(3))], |target, _| {
        if target.contains("resourceVersion=7") {
            return stream(&[
                event("ADDED", &versioned("new", "8")),
                event("MODIFIED", &versioned("pod-1", "9")),
                event(
                    "BOOKMARK",
                    &json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"resourceVersion": "12"}}),
                ),
            ]);
        }
        target
            .contains("resourceVersion=12")
            .then(|| stream(&[event("DELETED", &versioned("pod-0", "13"))]))?
    });
    let told = heard(&stand, &Wanted::new("", "Pod"), 4);
    assert_eq!(told, ["all pod-0 pod-1 pod-2", "put new", "put pod-1", "gone pod-0"]);
}

#[test]
fn a_version_that_is_too_old_is_cured_by_a_list() {
    for lost in [
        event("ERROR", &json!({"kind": "Status", "code": 410, "reason": "Expired"})),
        "no event\n".to_owned(),
        event("ADDED", &json!({"kind": "Secret", "apiVersion": "v1", "metadata": {"name": "other"}})),
        event("NEWS", &versioned("x", "8")),
    ] {
        let answer = lost.clone();
        let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(1))], move |target, _| {
            target.contains("watch=1").then(|| stream(std::slice::from_ref(&answer)))?
        });
        assert_eq!(heard(&stand, &Wanted::new("", "Pod"), 2), ["all pod-0", "all pod-0"], "{lost}");
    }
}

#[test]
fn the_answer_410_is_cured_by_a_list() {
    let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(1))], |target, _| {
        target.contains("watch=1").then(|| status(410, "Gone", "too old resource version"))
    });
    assert_eq!(heard(&stand, &Wanted::new("", "Pod"), 2), ["all pod-0", "all pod-0"]);
}

#[test]
fn refusals_are_told_and_tried_again() {
    let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(1))], |target, before| {
        (target.starts_with("/api/v1/pods") && before == 0)
            .then(|| status(403, "Forbidden", "pods is forbidden"))
            .or_else(|| target.contains("watch=1").then(|| status(403, "Forbidden", "no watch")))
    });
    let told = heard(&stand, &Wanted::new("", "Pod"), 3);
    assert_eq!(told, ["refused status 403: pods is forbidden", "all pod-0", "refused status 403: no watch"]);
}

#[test]
fn where_nothing_changes_that_is_said() {
    let bookmark =
        event("BOOKMARK", &json!({"kind": "Pod", "apiVersion": "v1", "metadata": {"resourceVersion": "9"}}));
    let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(1))], move |target, _| {
        target.contains("watch=1").then(|| stream(std::slice::from_ref(&bookmark)))?
    });
    let told = heard_with(&stand, &Wanted::new("", "Pod"), options().0, 4, true);
    assert_eq!(told, ["all pod-0", "same", "same", "same"], "the watch, its bookmark, the next watch");
}

#[test]
fn a_server_that_cannot_give_it_is_no_server_that_refuses_it() {
    let stand = Stand::faulty(vec![Kind::new("", "Pod", "pods", pods(1))], |target, _| {
        target.starts_with("/api/v1/pods").then(|| status(503, "ServiceUnavailable", "storage is down"))
    });
    assert_eq!(heard(&stand, &Wanted::new("", "Pod"), 1), ["lost status 503: storage is down"]);
    let stand = Stand::faulty(vec![], |target, _| {
        let stale = json!({"version": "v1", "freshness": "Stale", "resources": []});
        let group = json!({"metadata": {"name": "shop.example"}, "versions": [stale]});
        let list = json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "items": [group]});
        (target == "/apis").then_some(Reply::Json(200, list))
    });
    let told = heard(&stand, &Wanted::new("shop.example", "Widget"), 1);
    assert_eq!(told, ["lost the server that has `shop.example/v1` does not answer"]);
}

#[test]
fn what_takes_more_memory_than_it_may_is_refused_and_not_held() {
    let stand = Stand::new(vec![Kind::new("", "Pod", "pods", pods(1_000))]);
    let options = Options { list_bytes: 10_000, ..options().0 };
    let told = heard_with(&stand, &Wanted::new("", "Pod"), options, 1, false);
    assert_eq!(told, ["refused its objects take more memory than they may"]);
}

#[test]
fn the_version_of_the_server_is_told() {
    let stand = Stand::new(vec![]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let version = runtime.block_on(async {
        let watch = Watch::open(&Access::Url(stand.url()), options().0).await.unwrap();
        watch.server_version().await.unwrap()
    });
    assert_eq!(version, Some((1, 36)));
}

#[test]
fn a_kind_that_comes_later_is_found() {
    let kinds = vec![Kind::new("", "Pod", "pods", pods(1))];
    let told = heard(&Stand::new(kinds.clone()), &Wanted::new("shop.example", "Widget"), 2);
    assert_eq!(told, ["absent", "absent"]);
    let told = heard(&Stand::new(kinds), &Wanted::new("", "Event"), 1);
    assert_eq!(told, ["absent"]);
}

#[test]
fn values_of_secrets_are_withheld() {
    let secret = json!({"metadata": {"namespace": "shop", "name": "key", "resourceVersion": "8"}, "data": {"password": "aHVudGVyMg=="}});
    let changed = event("MODIFIED", &secret);
    let stand = Stand::faulty(vec![Kind::new("", "Secret", "secrets", vec![secret])], move |target, _| {
        target.contains("watch=1").then(|| stream(std::slice::from_ref(&changed)))?
    });
    let told = heard(&stand, &Wanted::new("", "Secret"), 2);
    assert_eq!(told, ["all key {\"password\":null}", "put key {\"password\":null}"]);
}
