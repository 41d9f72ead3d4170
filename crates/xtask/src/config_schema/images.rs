//! The section `admission.images`.

use serde_json::{Value, json};

use super::admission::{map, number, texts};

fn text(description: &str) -> Value {
    json!({"description": description, "type": "string"})
}

fn flag(description: &str, default: bool) -> Value {
    json!({"description": description, "type": "boolean", "default": default})
}

fn list(description: &str, item: &Value) -> Value {
    json!({"description": description, "type": "array", "items": item})
}

fn required(mut map: Value, keys: &[&str]) -> Value {
    if let Some(map) = map.as_object_mut() {
        map.insert("required".to_owned(), json!(keys));
    }
    map
}

/// The schema of the section.
pub(super) fn section() -> Value {
    let registry = map(
        "What is known of a registry.",
        &json!({
            "host": text("`HOST` or `HOST:PORT`."),
            "mirrors": texts("Hosts that are asked first."),
            "plainHttp": flag("It speaks HTTP without TLS.", false),
            "caFile": text("A file of certificate authorities that are trusted for it, PEM."),
        }),
    );
    let pin = json!({
        "images": texts("Patterns of images; `*` for anything without a slash, `**` for anything."),
        "labelled": flag("All images in namespaces with the label `admission.seawall.dev/pin-images: \"true\"`, too.", false),
    });
    let limits = json!({
        "lookupSeconds": number("The longest that a lookup goes on.", 1, 60),
        "atOnce": number("Lookups at once; 16 times as many, and at least 64, may wait.", 1, 1 << 10),
        "perRegistry": number("Lookups at once at one registry; 16 times as many, and at least 64, may wait.", 1, 1 << 10),
        "entries": number("Verdicts, and tags, that are kept.", 0, 1 << 20),
        "verifiedSeconds": number("Seconds for which an image stays verified.", 0, 604_800),
        "refusedSeconds": number("Seconds for which an image stays refused.", 0, 86_400),
        "tagSeconds": number("Seconds for which a tag is taken to mean the same.", 0, 86_400),
    });
    map(
        "What is demanded of images.",
        &json!({
            "policies": list("Who must have signed which images; all that are about one must be met.", &policy()),
            "policyFiles": texts("Files of ClusterImagePolicies."),
            "trustedRoot": text("The file of the trusted root, JSON."),
            "credentials": text("A file of credentials for registries, as Docker keeps them."),
            "registries": list(
                "What is known of registries. They and their mirrors may be at any address, others neither on this machine nor beside it (loopback, link-local, metadata, multicast).",
                &required(registry, &["host"]),
            ),
            "privateAddresses": flag("Registries that are not named in `registries` may have private addresses (RFC 1918, unique local).", true),
            "pin": map("Which images are pinned to their digest.", &pin),
            "limits": map("Bounds of lookups.", &limits),
        }),
    )
}

fn policy() -> Value {
    let authority = json!({
        "description": "Somebody who may vouch for images, as in a ClusterImagePolicy; `key` may be `{file: FILE}`.",
        "type": "object",
    });
    let policy = map(
        "Who must have signed some images.",
        &json!({
            "name": {"description": "Its name; modes go by `image-signature/NAME`.", "type": "string", "pattern": "^[A-Za-z0-9.-]+$"},
            "images": texts("Patterns of images; `*` for anything without a slash, `**` for anything."),
            "authorities": list("Who may vouch.", &authority),
            "mode": {"description": "What a refusal does at most.", "enum": ["enforce", "warn"], "default": "enforce"},
            "require": {"description": "How many of the authorities must vouch.", "enum": ["any", "all"], "default": "any"},
        }),
    );
    required(policy, &["name", "images", "authorities"])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn the_schema_and_the_reader_know_the_same_keys() {
        let section = super::section();
        let published: BTreeSet<&str> =
            section["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(published, seawall_server::IMAGE_SETTING_KEYS.into_iter().collect());
    }
}
