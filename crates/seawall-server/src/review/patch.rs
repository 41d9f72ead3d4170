//! What changed between two objects, as a JSON patch (RFC 6902).

use seawall_schema::Value;
use seawall_schema::patch::{Operation, diff};
use seawall_yaml::Node;

/// The operations that make `new` of `old`; `None` when one of them is nested too deeply to be compared.
pub(crate) fn operations<'t>(old: Node<'_>, new: Node<'t>) -> Option<Vec<Operation<'t>>> {
    Some(diff(&Value::of(old)?, &Value::of(new)?))
}

/// The operations as an answer carries them.
pub(crate) fn json(operations: &[Operation<'_>]) -> String {
    let list = Value::List(operations.iter().map(Operation::to_value).collect());
    let mut out = String::new();
    list.to_tree().root().write_json(&mut out);
    out
}

#[cfg(test)]
mod tests {
    use seawall_yaml::{Limits, json::read_json_bytes};

    use super::*;

    #[test]
    fn only_what_changed_is_said() {
        let tree = |text: &str| read_json_bytes(text.as_bytes(), &Limits::default()).0.unwrap();
        let said = |old: &str, new: &str| json(&operations(tree(old).root(), tree(new).root()).unwrap());
        assert_eq!(said(r#"{"a":1,"b":[1,{"c":2}]}"#, r#"{"b":[1,{"c":2}],"a":1}"#), "[]");
        assert_eq!(
            said(r#"{"a":1,"l":["x"]}"#, r#"{"x/y~":{"z":"\u0001\""},"l":["x"]}"#),
            r#"[{"op":"remove","path":"/a"},{"op":"add","path":"/x~1y~0","value":{"z":"\u0001\""}}]"#
        );
    }
}
