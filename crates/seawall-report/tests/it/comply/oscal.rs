//! What is written follows the model: NIST's metaschema of assessment results, as far as it is used here.

use std::collections::{BTreeMap, BTreeSet};

use seawall_report::comply::{About, find, oscal};
use serde_json::{Value, json};

use crate::comply::{GKE, judged};

const POD: &str = "apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop, uid: ' '}
spec:
  hostPID: true
  containers: [{name: c, image: i, securityContext: {privileged: true}}]
---
apiVersion: v1
kind: Secret
metadata: {name: s, namespace: shop}
stringData: {password: hunter2}
";

fn about(time: Option<&str>) -> Value {
    let framework = find("nist-800-53r5").unwrap();
    let judged = judged(POD, &[&framework], &[("", "Namespace")], &[("gke files/ü:gke.json", GKE)]);
    let assessment = judged.assess(&framework);
    let skipped = BTreeMap::new();
    let about = About {
        version: "0.1.0",
        files: 1,
        documents: 2,
        skipped: &skipped,
        complete: false,
        time,
        problems: &[],
    };
    serde_json::to_value(oscal(&assessment, &about)).unwrap()
}

/// An object with exactly these properties, the first of them required.
fn object(required: &[&str], properties: Value) -> Value {
    json!({"type": "object", "required": required, "properties": properties, "additionalProperties": false})
}

fn list(items: Value) -> Value {
    json!({"type": "array", "minItems": 1, "items": items})
}

/// The model, written from the metaschema: what it requires, its tokens, identifiers and words; lists are never empty.
fn model() -> Value {
    let text = json!({"type": "string", "pattern": "^\\S(.*\\S)?$"});
    let prose = json!({"type": "string", "minLength": 1});
    let uuid = json!({
        "type": "string",
        "pattern": "^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[45][0-9A-Fa-f]{3}-[89ABab][0-9A-Fa-f]{3}-[0-9A-Fa-f]{12}$"
    });
    let time = json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,}(Z|[+-][0-9]{2}:[0-9]{2})$"});
    let token = json!({"type": "string", "pattern": "^(\\p{L}|_)(\\p{L}|\\p{N}|[.\\-_])*$"});
    let reference = json!({"type": "string", "pattern": "^[!-~]+$"});
    let props = list(object(&["name", "value"], json!({"name": token, "ns": reference, "value": text})));
    let status = object(
        &["state"],
        json!({"state": {"enum": ["satisfied", "not-satisfied"]}, "reason": {"enum": ["pass", "fail", "other"]}}),
    );
    let target = object(
        &["type", "target-id", "status"],
        json!({"type": {"enum": ["statement-id", "objective-id"]}, "target-id": token, "status": status}),
    );
    let observation = object(
        &["uuid", "description", "methods", "collected"],
        json!({
            "uuid": uuid, "title": prose, "description": prose, "collected": time, "remarks": prose,
            "methods": list(json!({"enum": ["EXAMINE", "TEST"]})),
            "subjects": list(object(&["subject-uuid", "type"], json!({"subject-uuid": uuid, "type": token}))),
            "relevant-evidence": list(object(&["description"], json!({"href": reference, "description": prose}))),
        }),
    );
    let risk = object(
        &["uuid", "title", "description", "statement", "status"],
        json!({
            "uuid": uuid, "title": prose, "description": prose, "statement": prose, "props": props, "deadline": time,
            "status": {"enum": ["open", "deviation-approved"]},
        }),
    );
    let finding = object(
        &["uuid", "title", "description", "target"],
        json!({
            "uuid": uuid, "title": prose, "description": prose, "props": props, "target": target,
            "related-observations": list(object(&["observation-uuid"], json!({"observation-uuid": uuid}))),
            "related-risks": list(object(&["risk-uuid"], json!({"risk-uuid": uuid}))),
        }),
    );
    let item = object(&["uuid", "description"], json!({"uuid": uuid, "description": prose, "props": props}));
    let selection = object(
        &["include-controls"],
        json!({"include-controls": list(object(&["control-id"], json!({"control-id": token})))}),
    );
    let result = object(
        &["uuid", "title", "description", "start", "reviewed-controls"],
        json!({
            "uuid": uuid, "title": prose, "description": prose, "start": time, "end": time,
            "local-definitions": object(&[], json!({"inventory-items": list(item)})),
            "reviewed-controls": object(&["control-selections"], json!({"control-selections": list(selection)})),
            "observations": list(observation), "risks": list(risk), "findings": list(finding),
        }),
    );
    let metadata = object(
        &["title", "last-modified", "version", "oscal-version"],
        json!({"title": prose, "last-modified": time, "version": text, "oscal-version": text, "remarks": prose}),
    );
    let resource = object(&["uuid"], json!({"uuid": uuid, "title": prose, "description": prose}));
    let results = object(
        &["uuid", "metadata", "import-ap", "results"],
        json!({
            "uuid": uuid, "metadata": metadata, "import-ap": object(&["href"], json!({"href": reference})),
            "results": list(result), "back-matter": object(&[], json!({"resources": list(resource)})),
        }),
    );
    object(&["assessment-results"], json!({ "assessment-results": results }))
}

fn texts<'v>(values: &'v Value, key: &str) -> BTreeSet<&'v str> {
    values.as_array().into_iter().flatten().map(|value| value[key].as_str().unwrap()).collect()
}

#[test]
fn follows_the_model() {
    let document = about(Some("2026-11-29T08:00:00Z"));
    let validator = jsonschema::validator_for(&model()).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn references_lead_somewhere_and_identifiers_are_unique() {
    let document = about(None);
    let root = &document["assessment-results"];
    let result = &root["results"][0];
    let plan = root["import-ap"]["href"].as_str().unwrap().strip_prefix('#').unwrap();
    assert!(texts(&root["back-matter"]["resources"], "uuid").contains(plan));
    let observations = texts(&result["observations"], "uuid");
    let risks = texts(&result["risks"], "uuid");
    let items = texts(&result["local-definitions"]["inventory-items"], "uuid");
    assert_eq!(observations.len(), result["observations"].as_array().unwrap().len());
    assert_eq!(risks.len(), result["risks"].as_array().unwrap().len());
    for finding in result["findings"].as_array().unwrap() {
        assert!(
            texts(&finding["related-observations"], "observation-uuid").is_subset(&observations),
            "{finding}"
        );
        assert!(texts(&finding["related-risks"], "risk-uuid").is_subset(&risks), "{finding}");
    }
    for observation in result["observations"].as_array().unwrap() {
        assert!(texts(&observation["subjects"], "subject-uuid").is_subset(&items), "{observation}");
    }
    let findings = texts(&result["findings"], "uuid");
    let controls = find("nist-800-53r5").unwrap().controls().count();
    assert_eq!(findings.len(), controls);
}

#[test]
fn only_a_whole_pass_is_satisfied() {
    let document = about(None);
    let findings = document["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let state = |id: &str| {
        let found = findings.iter().find(|finding| finding["target"]["target-id"] == id).unwrap();
        let status = &found["target"]["status"];
        (found["props"][0]["value"].clone(), status["state"].clone(), status["reason"].clone())
    };
    assert_eq!(state("ac-6"), (json!("fail"), json!("not-satisfied"), json!("fail")));
    assert_eq!(state("cp-9"), (json!("manual"), json!("not-satisfied"), json!("other")));
    // Of a partial control only a part passed.
    assert_eq!(state("ac-17.2").1, json!("not-satisfied"));
    assert!(findings.iter().all(|finding| finding["target"]["status"]["state"] == "not-satisfied"));
}

#[test]
fn equal_input_gives_an_equal_document_and_no_hash_of_a_secret() {
    let document = about(None);
    assert_eq!(document, about(None));
    assert_ne!(
        document["assessment-results"]["uuid"],
        about(Some("2026-11-29T08:00:00Z"))["assessment-results"]["uuid"]
    );
    assert_eq!(document["assessment-results"]["metadata"]["last-modified"], "1970-01-01T00:00:00Z");
    let items = &document["assessment-results"]["results"][0]["local-definitions"]["inventory-items"];
    for item in items.as_array().unwrap() {
        let has_hash = texts(&item["props"], "name").contains("sha256");
        assert_eq!(has_hash, item["description"] != "Secret/shop/s", "{item}");
    }
    assert!(!document.to_string().contains("hunter2"));
}
