//! Events as servers write them, and as nobody should.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use seawall_events::{Action, Decision, Event, Level, Request, Stage, read_events};

const FULL: &str = r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"RequestResponse","auditID":"c81e","stage":"ResponseComplete","requestURI":"/api/v1/namespaces/shop/pods?dryRun=All&fieldManager=x","verb":"create","user":{"username":"system:serviceaccount:ci:deployer","uid":"7","groups":["system:serviceaccounts","system:authenticated"],"extra":{"authentication.kubernetes.io/pod-name":["runner-1","x"]}},"impersonatedUser":{"username":"alice","groups":["devs"]},"sourceIPs":["10.0.0.1","127.0.0.1"],"userAgent":"kubectl/v1.36 \"x\"","objectRef":{"resource":"pods","namespace":"shop","name":"web-1","apiGroup":"","apiVersion":"v1","uid":"u","resourceVersion":"5"},"responseStatus":{"metadata":{},"code":201,"reason":"Created"},"requestObject":{"kind":"Pod","spec":{"containers":[{"env":[{"name":"P","value":"hunter2 }]\\\""}]}]}},"responseObject":[],"requestReceivedTimestamp":"2026-11-22T00:23:36.362338Z","stageTimestamp":"2026-11-22T00:23:37Z","annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"RBAC: allowed by RoleBinding \"web/shop\""},"futureField":[1,{}]}"#;

fn one(text: &str) -> Event<'_> {
    let (mut events, problems) = read_events(text, 1);
    assert_eq!((events.len(), problems.len()), (1, 0), "{problems:?}");
    events.remove(0)
}

/// Messages with their lines.
fn complaints(text: &str) -> Vec<(u32, String)> {
    let (_, problems) = read_events(text, 1);
    problems.into_iter().map(|p| (p.position.map_or(0, |position| position.line), p.message)).collect()
}

#[test]
fn every_field_is_read_and_no_body_is_shown() {
    let event = one(FULL);
    assert_eq!(
        (&*event.audit_id, event.level, event.stage),
        ("c81e", Level::RequestResponse, Stage::ResponseComplete)
    );
    assert_eq!((&*event.verb, event.code, &*event.reason), ("create", Some(201), "Created"));
    assert_eq!(event.user.username, "system:serviceaccount:ci:deployer");
    assert_eq!(event.user.groups, ["system:serviceaccounts", "system:authenticated"]);
    assert_eq!(event.user.extra[0].1, ["runner-1", "x"]);
    assert_eq!(event.effective_user().username, "alice");
    assert_eq!(event.source_ips, ["10.0.0.1", "127.0.0.1"]);
    assert_eq!(event.user_agent, "kubectl/v1.36 \"x\"");
    assert_eq!(event.decision(), Some(Decision::Allow));
    assert_eq!(event.decision_reason(), Some("RBAC: allowed by RoleBinding \"web/shop\""));
    assert_eq!(event.received.text, "2026-11-22T00:23:36.362338Z");
    assert_eq!(event.micros(), Some(1_795_307_017_000_000));
    assert!(event.is_dry_run());
    let object = event.object.as_deref().unwrap();
    assert_eq!((&*object.resource, &*object.version, &*object.name), ("pods", "v1", "web-1"));
    let body = event.request_body.unwrap().text();
    assert!(body.starts_with(r#"{"kind":"Pod","#) && body.ends_with("}]}]}}") && body.contains("hunter2"));
    assert_eq!(event.response_body.unwrap().text(), "[]");
    assert!(!format!("{event:?}").contains("hunter2"));
}

#[test]
fn a_body_is_lent_whatever_it_is() {
    for (body, lent) in
        [("null", None), ("7", Some("7")), ("[{}]", Some("[{}]")), ("{\"a\":[]]", Some("{\"a\":[]]"))]
    {
        let text = format!(r#"{{"auditID":"a","requestObject": {body} ,"verb":"create"}}"#);
        let event = one(&text);
        assert_eq!(
            (event.request_body.map(seawall_events::Body::text), &*event.verb),
            (lent, "create"),
            "{body}"
        );
    }
}

fn resource<'a>(
    verb: &'a str,
    resource: &'a str,
    subresource: &'a str,
    name: &'a str,
) -> Option<Request<'a>> {
    Some(Request {
        verb,
        action: Action::Resource { group: "", resource, subresource, namespace: "shop", name },
    })
}

#[test]
fn requests_are_what_the_authorizer_saw() {
    for (verb, subresource, seen) in [
        ("create", "", ""),
        ("create", "exec", "web"),
        ("deletecollection", "", ""),
        ("get", "", "web"),
        ("list", "", "web"),
        ("watch", "", "web"),
    ] {
        let text = format!(
            r#"{{"auditID":"a","verb":"{verb}","objectRef":{{"resource":"pods","namespace":"shop","name":"web","subresource":"{subresource}"}}}}"#
        );
        assert_eq!(one(&text).request(), resource(verb, "pods", subresource, seen), "{verb}");
    }
    let path = one(r#"{"auditID":"a","verb":"get","requestURI":"/metrics%2Fx?timeout=5s"}"#);
    assert_eq!(path.request(), Some(Request { verb: "get", action: Action::Path("/metrics/x".into()) }));
    assert_eq!(one(r#"{"auditID":"a","requestURI":"/metrics"}"#).request(), None);
    assert_eq!(one(r#"{"auditID":"a","verb":"get"}"#).request(), None);
}

#[test]
fn decisions() {
    let annotated = r#","annotations":{"authorization.k8s.io/decision":"allow"}"#;
    for (code, annotations, decision) in [
        ("403", "", Some(Decision::Forbid)),
        ("403", annotated, Some(Decision::Allow)),
        ("401", "", None),
        ("200", "", Some(Decision::Allow)),
        ("404", "", Some(Decision::Allow)),
        ("0", "", None),
    ] {
        let text = format!(r#"{{"auditID":"a","responseStatus":{{"code":{code}}}{annotations}}}"#);
        assert_eq!(one(&text).decision(), decision, "{text}");
    }
}

#[test]
fn old_events_have_one_timestamp() {
    let event = one(
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1beta1","metadata":{"creationTimestamp":"x"},"timestamp":"2017-09-11T19:55:05Z","auditID":"a","verb":"list"}"#,
    );
    assert_eq!(event.micros(), Some(1_505_159_705_000_000));
    let both =
        one(r#"{"auditID":"a","stageTimestamp":"2017-09-11T19:55:06Z","timestamp":"2017-09-11T19:55:05Z"}"#);
    assert_eq!(both.stage_time.text, "2017-09-11T19:55:06Z");
}

#[test]
fn lists_and_arrays_in_one_line_and_over_many() {
    let list =
        r#"{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{"auditID":"a"},{"auditID":"b"}]}"#;
    for text in [
        list.to_owned(),
        format!("{list}\n{{\"auditID\":\"c\"}}\n"),
        r#"[{"auditID":"a"},{"auditID":"b"}]"#.to_owned(),
        format!("[{list}]"),
        "\u{feff}{\"auditID\":\"a\"} {\"auditID\":\"b\"}".to_owned(),
    ] {
        let (events, problems) = read_events(&text, 1);
        assert!(problems.is_empty(), "{text}: {problems:?}");
        assert_eq!(&*events[1].audit_id, "b", "{text}");
    }
    let pretty = "{\n  \"kind\": \"EventList\",\n  \"items\": [\n    {\"auditID\": \"a\"},\n\n    {\"auditID\": \"b\"},\n    3\n  ]\n}\n";
    let (events, problems) = read_events(pretty, 10);
    assert_eq!(events.iter().map(|event| event.line).collect::<Vec<_>>(), [13, 15]);
    assert_eq!(problems[0].position.unwrap().line, 16);
}

#[test]
fn a_bad_line_never_ends_the_reading() {
    let good = r#"{"auditID":"a"}"#;
    for (bad, message) in [
        ("not JSON", "not JSON: expected an object or a list"),
        (r#"{"auditID":"b","requestObject":{"x":1"#, "not JSON: the line ends inside a value"),
        (r#"{"auditID":"b","verb":"ge"#, "not JSON: the line ends inside a value"),
        (r#"{"auditID":"b","verb":"\q"}"#, "not JSON: an escape that does not exist"),
        (r#"{"auditID" "b"}"#, "not JSON: expected `:`"),
        (r#"{"auditID":"b"]"#, "not JSON: expected `,` or `}`"),
        ("[1]", "an item of the list is no object"),
        ("{}", "the record is no audit event: it has no `auditID`"),
        (
            r#"{"apiVersion":"v1","kind":"Event","auditID":"b"}"#,
            "the record is no audit event: its `apiVersion` is not of `audit.k8s.io`",
        ),
        (r#"{"kind":"SnapshotHeader"}"#, "the record is no audit event: it has no `auditID`"),
    ] {
        for text in [format!("{good}\n{bad}\n\n{good}"), format!("\n{bad}\n{good}\r\n")] {
            let (events, _) = read_events(&text, 1);
            assert_eq!(events.last().map(|event| &*event.audit_id), Some("a"), "{text}");
            assert_eq!(complaints(&text), [(2, message.to_owned())]);
        }
    }
}

#[test]
fn a_field_of_a_wrong_type_is_left_out_and_named() {
    for (field, value) in [
        ("verb", "5"),
        ("user", "[]"),
        ("sourceIPs", "{}"),
        ("annotations", "\"x\""),
        ("stageTimestamp", "\"yesterday\""),
        ("objectRef", "true"),
        ("responseStatus", "[1]"),
    ] {
        let text = format!(r#"{{"{field}":{value},"auditID":"a"}}"#);
        let (events, _) = read_events(&text, 1);
        assert_eq!(&*events[0].audit_id, "a");
        let message = format!("a value in `{field}` has a wrong type or form and was left out");
        assert_eq!(complaints(&text), [(1, message)]);
    }
    assert!(complaints(r#"{"auditID":"a","user":null,"verb":null,"objectRef":null}"#).is_empty());
}

#[test]
fn problems_are_bounded() {
    let text = "{\n".repeat(5_000);
    let (events, problems) = read_events(&text, 1);
    assert!(events.is_empty());
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems[1_000].message, "4000 more problems of this text are not listed");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn nothing_panics_and_lines_stay_independent(junk in "[\\PC\n\"{}:,\\\\]{0,60}", cut in 0..FULL.len()) {
        let cut = FULL.floor_char_boundary(cut);
        let text = format!("{}\n{FULL}\n{junk}\n{FULL}", FULL.get(..cut).unwrap());
        let (events, _) = read_events(&text, 1);
        prop_assert_eq!(events.iter().filter(|event| event.audit_id == "c81e").count() >= 2, true);
    }

    #[test]
    fn texts_come_out_as_they_went_in(verb: String, name: String, groups: Vec<String>) {
        let json = serde_json::json!({
            "auditID": "a", "verb": verb, "user": {"username": name, "groups": groups}, "objectRef": {"name": name},
        });
        let text = json.to_string();
        let event = one(&text);
        prop_assert_eq!(&*event.verb, verb);
        prop_assert_eq!(&*event.user.username, &*name);
        prop_assert_eq!(&event.user.groups, &groups);
    }
}
