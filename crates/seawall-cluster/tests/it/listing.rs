//! Discovery and lists: what is read, what is refused, what is tried again.

use std::time::Duration;

use seawall_cluster::Options;
use seawall_inventory::Completeness;

use crate::stand::{Kind, Reply, Stand, status};
use crate::support::{completeness, contents, live, live_with, names, options, pods, small};

fn refused(reason: &str) -> Completeness {
    Completeness::Refused(reason.to_owned())
}

#[test]
fn everything_that_can_be_listed_is_read_in_a_fixed_order() {
    let stand = Stand::new(small());
    let (loaded, summary) = live(&stand);
    let inventory = &loaded.inventory;
    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
    assert_eq!(
        names(inventory),
        [
            "Namespace/shop",
            "Pod/shop/pod-0",
            "Pod/shop/pod-1",
            "Pod/shop/pod-2",
            "Pod/shop/pod-3",
            "Pod/shop/pod-4",
            "Secret/shop/key",
            "Lease/shop/leader",
            "Widget/shop/w",
            "Widget/other/w",
        ]
    );
    assert_eq!((summary.objects, summary.kinds, summary.refused.len()), (10, 6, 0));
    assert_eq!(inventory.server_version(), Some((1, 36)));
    for (group, kind) in
        [("", "Pod"), ("apps", "Deployment"), ("shop.example", "Widget"), ("cilium.io", "Absent")]
    {
        assert_eq!(completeness(inventory, group, kind), Completeness::Complete, "{kind}");
    }
    let events = "not part of a snapshot: events are history, not state";
    assert_eq!(completeness(inventory, "", "Event"), refused(events));
    let contents = contents(inventory);
    assert_eq!(
        contents[1],
        r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"pod-0","namespace":"shop"}}"#
    );
    assert_eq!(
        contents[6],
        r#"{"apiVersion":"v1","kind":"Secret","data":{"password":null},"metadata":{"annotations":{"kept":"yes"},"name":"key","namespace":"shop"},"type":"Opaque"}"#
    );
    assert!(contents[7].contains(r#""kind":"Lease""#) && !contents[7].contains("spec"), "{}", contents[7]);
    let pages: Vec<String> =
        stand.seen().into_iter().filter(|path| path.starts_with("/api/v1/pods")).collect();
    assert_eq!(
        pages,
        [
            "/api/v1/pods?limit=2",
            "/api/v1/pods?limit=2&continue=from%2F2",
            "/api/v1/pods?limit=2&continue=from%2F4"
        ]
    );
}

#[test]
fn the_old_discovery_finds_the_same() {
    let old = Stand::start(small(), false, Box::new(|_, _| None));
    let (old, new) = (live(&old), live(&Stand::new(small())));
    assert_eq!(contents(&old.0.inventory), contents(&new.0.inventory));
    assert_eq!(old.1, new.1);
}

#[test]
fn a_group_that_does_not_answer_is_refused_as_a_whole() {
    let down = |target: &str, _: usize| {
        (target == "/apis/shop.example/v1").then(|| status(503, "ServiceUnavailable", "no endpoints"))
    };
    let stand = Stand::start(small(), false, Box::new(down));
    let (loaded, summary) = live(&stand);
    assert_eq!(summary.refused[0].what, "group shop.example");
    let inventory = &loaded.inventory;
    assert_eq!(completeness(inventory, "shop.example", "Widget"), refused("status 503: no endpoints"));
    assert_eq!(completeness(inventory, "shop.example", "Gadget"), refused("status 503: no endpoints"));
    assert_eq!(completeness(inventory, "", "Pod"), Completeness::Complete);
    assert_eq!(completeness(inventory, "cilium.io", "Absent"), Completeness::Complete);
}

#[test]
fn one_forbidden_kind_is_refused_and_the_others_are_not() {
    let message = "secrets is forbidden: User \"viewer\" cannot list resource \"secrets\"";
    let stand = Stand::faulty(small(), move |target, _| {
        target.starts_with("/api/v1/secrets").then(|| status(403, "Forbidden", message))
    });
    let (loaded, summary) = live(&stand);
    assert_eq!(completeness(&loaded.inventory, "", "Secret"), refused(&format!("status 403: {message}")));
    assert_eq!(completeness(&loaded.inventory, "", "Pod"), Completeness::Complete);
    assert_eq!(summary.refused.len(), 1);
    assert_eq!(summary.refused[0].what, "secrets");
}

#[test]
fn a_kind_that_vanished_is_neither_there_nor_refused() {
    let stand = Stand::faulty(small(), |target, _| {
        target
            .starts_with("/apis/shop.example/v1/widgets")
            .then(|| Reply::Text(404, "text/plain", "404 page not found".into()))
    });
    let (loaded, summary) = live(&stand);
    assert_eq!(completeness(&loaded.inventory, "shop.example", "Widget"), Completeness::Complete);
    assert!(summary.refused.is_empty());
    assert_eq!(summary.kinds, 5);
}

#[test]
fn an_expired_list_begins_again_and_nothing_is_there_twice() {
    let stand = Stand::faulty(small(), |target, _| {
        // Tokens of pages of two expire; those of larger pages do not.
        (target.starts_with("/api/v1/pods") && target.contains("limit=2&continue=from%2F4"))
            .then(|| status(410, "Expired", "The provided continue parameter is too old"))
    });
    let (loaded, summary) = live(&stand);
    assert_eq!(names(&loaded.inventory).iter().filter(|name| name.starts_with("Pod/")).count(), 5);
    assert_eq!((summary.objects, summary.refused.len()), (10, 0));
    assert!(stand.seen().contains(&"/api/v1/pods?limit=8".to_owned()), "{:?}", stand.seen());
}

#[test]
fn a_list_that_always_expires_is_read_in_one_go() {
    let kinds = || vec![Kind::new("", "Pod", "pods", pods(20))];
    let expired =
        |target: &str, _: usize| target.contains("continue=").then(|| status(410, "Expired", "too old"));
    let (loaded, summary) = live(&Stand::faulty(kinds(), expired));
    assert_eq!((loaded.inventory.resources().len(), summary.objects, summary.refused.len()), (20, 20, 0));

    let gone = |target: &str, _: usize| target.contains("pods").then(|| status(410, "Expired", "too old"));
    let (loaded, _) = live(&Stand::faulty(kinds(), gone));
    assert_eq!(completeness(&loaded.inventory, "", "Pod"), refused("the list expired again and again"));
}

#[test]
fn a_busy_server_is_given_the_time_it_asks_for() {
    let stand = Stand::faulty(small(), |target, before| {
        (target.starts_with("/api/v1/pods") && before < 2).then_some(Reply::Later(429, "7"))
    });
    let (options, pauses) = options();
    let (loaded, summary) = live_with(&stand, &options).unwrap();
    assert_eq!((loaded.inventory.resources().len(), summary.refused.len()), (10, 0));
    assert_eq!(*pauses.lock().unwrap(), [Duration::from_secs(7); 2]);
}

#[test]
fn patience_has_an_end() {
    for (after, want) in [("100000", vec![30; 4]), ("", vec![0, 1, 2, 4, 8, 16, 30])] {
        let stand = Stand::faulty(small(), move |target, _| {
            target.starts_with("/api/v1/pods").then_some(Reply::Later(429, after))
        });
        let (options, pauses) = options();
        let (loaded, _) = live_with(&stand, &options).unwrap();
        assert_eq!(completeness(&loaded.inventory, "", "Pod"), refused("status 429"));
        assert_eq!(completeness(&loaded.inventory, "", "Secret"), Completeness::Complete);
        let seconds: Vec<u64> = pauses.lock().unwrap().iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, want, "{after}");
    }
}

#[test]
fn a_page_that_breaks_off_is_asked_for_again() {
    let stand = Stand::faulty(small(), |target, before| {
        let half = r#"{"metadata":{},"items":[{"metadata":{"name":"twice","namespace":"shop"}},"#;
        (target.starts_with("/api/v1/pods") && before == 0).then(|| Reply::Broken(half.into()))
    });
    let (loaded, summary) = live(&stand);
    assert_eq!(names(&loaded.inventory).iter().filter(|name| name.starts_with("Pod/")).count(), 5);
    assert!(summary.refused.is_empty());
}

#[test]
fn a_server_that_says_nothing_does_not_hold_up_the_rest() {
    let stand =
        Stand::faulty(small(), |target, _| target.starts_with("/api/v1/pods").then_some(Reply::Silence));
    let options = Options { silence: Duration::from_millis(200), ..options().0 };
    let (loaded, _) = live_with(&stand, &options).unwrap();
    assert_eq!(completeness(&loaded.inventory, "", "Pod"), refused("no answer for 0.2 s"));
    assert_eq!(completeness(&loaded.inventory, "shop.example", "Widget"), Completeness::Complete);
}

#[test]
fn garbage_is_refused_with_its_reason() {
    let deep = format!(r#"{{"items":[{}{}]}}"#, r#"{"a":"#.repeat(600), "}".repeat(600));
    let cases = [
        ("<html>login</html>".to_owned(), "the answer is not JSON"),
        ("{}".to_owned(), "the answer has no items"),
        (r#"{"items":["#.to_owned(), "the answer ends early"),
        (r#"{"items":[7]}"#.to_owned(), "an item is no object"),
        (
            r#"{"items":[{"a":}]}"#.to_owned(),
            "an object could not be read: not JSON: expected a value, found `}`",
        ),
        (
            r#"{"items":[{"kind":"Secret","apiVersion":"v1"}]}"#.to_owned(),
            "an object says that it is of another kind",
        ),
        (
            r#"{"items":[],"metadata":{"continue":"again"}}"#.to_owned(),
            "the list does not get on: the same `continue` twice",
        ),
        (deep, "an object could not be read: nested deeper than 512 levels"),
    ];
    for (body, reason) in cases {
        let stand = Stand::faulty(small(), move |target, _| {
            target.starts_with("/api/v1/pods").then(|| Reply::Text(200, "application/json", body.clone()))
        });
        let (loaded, _) = live(&stand);
        assert_eq!(completeness(&loaded.inventory, "", "Pod"), refused(reason));
        assert_eq!(names(&loaded.inventory).len(), 5, "{reason}");
    }
}

#[test]
fn an_object_that_is_too_large_is_refused() {
    let mut kinds = small();
    kinds[0].items[3]["spec"] = "x".repeat(100_000).into();
    let stand = Stand::new(kinds);
    let mut options = options().0;
    options.limits.document_bytes = 50_000;
    let (loaded, _) = live_with(&stand, &options).unwrap();
    assert_eq!(completeness(&loaded.inventory, "", "Pod"), refused("an item is larger than 50000 bytes"));
    assert_eq!(completeness(&loaded.inventory, "", "Secret"), Completeness::Complete);
}

#[test]
fn large_pages_make_smaller_ones() {
    let mut kinds = vec![Kind::new("", "ConfigMap", "configmaps", pods(60))];
    for item in &mut kinds[0].items {
        item["data"] = serde_json::json!({"a": "x".repeat(450_000)});
    }
    let stand = Stand::new(kinds);
    let (loaded, _) = live_with(&stand, &Options { page: 40, ..options().0 }).unwrap();
    assert_eq!(loaded.inventory.resources().len(), 60);
    let limits: Vec<String> = stand
        .seen()
        .iter()
        .filter_map(|path| Some(path.split_once("limit=")?.1.split('&').next()?.to_owned()))
        .collect();
    assert_eq!(limits, ["40", "20"]);
}

#[test]
fn only_some_namespaces_prove_nothing_of_the_others() {
    let stand = Stand::new(small());
    let options = Options { namespaces: vec!["other".into(), "none".into()], ..options().0 };
    let (loaded, summary) = live_with(&stand, &options).unwrap();
    assert_eq!(names(&loaded.inventory), ["Namespace/shop", "Widget/other/w"]);
    assert_eq!(summary.objects, 2);
    assert_eq!(completeness(&loaded.inventory, "", "Namespace"), Completeness::Complete);
    for (group, kind) in [("", "Pod"), ("shop.example", "Widget"), ("cilium.io", "Absent")] {
        assert_eq!(completeness(&loaded.inventory, group, kind), Completeness::Partial, "{kind}");
    }
    let bad = Options { namespaces: vec!["../../x".into()], ..options };
    assert_eq!(
        live_with(&stand, &bad).unwrap_err().to_string(),
        "`../../x` cannot be the name of a namespace"
    );
}

#[test]
fn a_server_cannot_lead_requests_elsewhere() {
    let stand = Stand::faulty(vec![], |target, _| {
        (target == "/api").then(|| {
            Reply::Json(200, serde_json::json!({"kind": "APIGroupDiscoveryList", "items": [{"versions": [{"version": "v1", "resources": [
                {"resource": "../../evil?x=", "responseKind": {"kind": "Evil"}, "verbs": ["list"]}]}]}]}))
        })
    });
    live(&stand);
    assert_eq!(stand.seen(), ["/version", "/api", "/apis"]);
}
