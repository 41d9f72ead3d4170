//! The section `admission`.

use serde_json::{Value, json};

pub(super) fn texts(description: &str) -> Value {
    json!({"description": description, "type": "array", "items": {"type": "string"}})
}

pub(super) fn map(description: &str, properties: &Value) -> Value {
    json!({"description": description, "type": "object", "additionalProperties": false, "properties": properties})
}

pub(super) fn number(description: &str, least: u64, most: u64) -> Value {
    json!({"description": description, "type": "integer", "minimum": least, "maximum": most})
}

fn mode(description: &str) -> Value {
    json!({"description": description, "enum": ["audit", "warn", "enforce"]})
}

fn standard(description: &str) -> Value {
    let pattern = "^(privileged|baseline|restricted)(:(latest|v1\\.(0|[1-9][0-9]*)))?$";
    json!({"description": description, "type": "string", "pattern": pattern})
}

/// The schema of the section.
pub(super) fn section() -> Value {
    let exempt = json!({
        "ownNamespace": {"description": "The namespace that the server runs in.", "type": "string", "default": "seawall"},
        "namespaces": texts("More namespaces in which nothing is judged."),
        "users": texts("Users whose requests are not judged."),
        "lift": texts("Ids of built-in exemptions that do not count."),
    });
    let of_pods = json!({
        "namespaces": texts("Namespaces that are exempt."),
        "users": texts("Users that are exempt."),
        "runtimeClasses": texts("Runtime classes that are exempt."),
    });
    let pod_security = json!({
        "enabled": {"description": "Whether namespaces' labels are heeded.", "type": "boolean", "default": true},
        "enforce": standard("What is enforced where a namespace says nothing."),
        "audit": standard("What is noted where a namespace says nothing."),
        "warn": standard("What is warned of where a namespace says nothing."),
        "exempt": map("Who is exempt from Pod Security.", &of_pods),
    });
    let duration = |description: &str| json!({"description": description, "type": "string", "pattern": "^([0-9]+(\\.[0-9]+)?(h|m|s))+$"});
    let certificates = json!({
        "authority": duration("How long an authority of one's own holds; `8760h` by default."),
        "certificate": duration("How long a certificate holds; `720h` by default. It is renewed at two thirds of its life."),
        "overlap": duration("How long a new authority is trusted before it signs; `24h` by default."),
        "every": duration("How often all that is looked after; `60s` by default."),
    });
    let limits = json!({
        "connections": number("Open connections.", 1, 1 << 20),
        "inFlight": number("Reviews at once.", 1, 1 << 20),
        "workers": number("Threads that judge.", 1, 1 << 10),
        "bodyBytes": number("Bytes of a review.", 1, 1 << 30),
        "heldBytes": number("Bytes of reviews that are held at once, all together.", 1 << 20, u32::MAX.into()),
        "seconds": number("The longest that a review may take.", 1, 30),
        "lameDuckSeconds": number("How long a server that stops takes new connections.", 0, 3_600),
        "drainSeconds": number("How long open requests may take after that.", 0, 3_600),
    });
    map(
        "What the webhook server does.",
        &json!({
            "mode": mode("What a refusal does where no rule fits."),
            "failure": {
                "description": "What becomes of an enforced policy that could not be judged.",
                "enum": ["refuse", "allow"],
                "default": "refuse",
            },
            "rules": rules(),
            "exempt": map("What is not judged.", &exempt),
            "podSecurity": map("Pod Security admission.", &pod_security),
            "select": texts("The checks that judge, in the words of `select`."),
            "certificates": map("Certificates by an authority of one's own.", &certificates),
            "defaults": defaults(),
            "images": super::images::section(),
            "limits": map("Bounds of the server.", &limits),
        }),
    )
}

fn rules() -> Value {
    let mut rule = map(
        "A mode for some policies in some namespaces.",
        &json!({
            "policies": texts("Policies or families of them, `*` for any letters; none means all."),
            "namespaces": texts("Namespaces, `*` for any letters; none means all."),
            "mode": mode("What a refusal does."),
            "rollout": number("Of a hundred objects, how many get the mode; the others get the next milder one.", 0, 100),
        }),
    );
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("required".to_owned(), json!(["mode"]));
    }
    json!({"description": "The first rule that fits decides.", "type": "array", "items": rule})
}

fn defaults() -> Value {
    let names = json!({"type": "array", "items": {"enum": seawall_policy::defaults::known()}, "description": "The defaults, or sets of them."});
    let mut rule = map(
        "Defaults for some namespaces, whatever their labels say.",
        &json!({"namespaces": texts("Namespaces, `*` for any letters."), "apply": names}),
    );
    if let Some(rule) = rule.as_object_mut() {
        rule.insert("required".to_owned(), json!(["namespaces", "apply"]));
    }
    let description = "Secure defaults of new pods: the first rule that fits decides, where none fits the label \
                       `admission.seawall.dev/defaults` of the namespace. Without this key nobody gets any.";
    json!({"description": description, "type": "array", "items": rule})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let section = super::section();
        let published: BTreeSet<&str> =
            section["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(published, seawall_server::SETTING_KEYS.into_iter().collect());
    }
}
