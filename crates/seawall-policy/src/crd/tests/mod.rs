//! Rules over typed values.

use seawall_yaml::{Limits as ReadLimits, Text, read};

use super::*;
use crate::cel::Limits;

fn schema(text: &str) -> Schema {
    let tree = read(&Text::new(text), &ReadLimits::default()).0.pop().unwrap().tree;
    Schema::read(tree.root())
}

/// What is said of a rule, in the notation of `cases.txt`.
fn say(rule: &Rule, declared: &Declared) -> String {
    match compile(rule, declared, 36, &Limits::default()) {
        Ok(Some(compiled)) => {
            let (cost, times) = (compiled.cost.max, declared.most_in_a_request());
            let uses = if compiled.uses_old_self { ", uses oldSelf" } else { "" };
            let message = match compiled.message {
                Some(Err(refused)) => format!("\n{refused}"),
                _ => String::new(),
            };
            format!("cost {cost}, {times} times{uses}{message}")
        }
        Ok(None) => "no rule".to_owned(),
        Err(refused) => refused.to_string(),
    }
}

#[test]
fn rules_are_typed_and_cost_as_for_the_api_server() {
    let mut cases = 0;
    for group in include_str!("cases.txt").split("\nschema ").skip(1) {
        let (text, rest) = group.split_once('\n').unwrap();
        let schema = schema(text);
        for case in format!("\n{rest}").split("\n> ").skip(1) {
            let (root, rest) = case.split_once('\n').unwrap();
            let part = |mark: &str| {
                let lines: Vec<&str> = rest.lines().filter_map(|line| line.strip_prefix(mark)).collect();
                lines.join("\n")
            };
            let resource = root.starts_with("resource");
            let declared = if resource { Declared::of_resource(&schema) } else { Declared::of_part(&schema) };
            let rule = Rule {
                rule: part("  "),
                message_expression: part("m "),
                optional_old_self: root.ends_with("optional"),
                ..Rule::default()
            };
            let wanted = [part("= "), part("! ")].into_iter().filter(|part| !part.is_empty());
            let wanted: Vec<String> = wanted.collect();
            assert_eq!(say(&rule, &declared.unwrap()), wanted.join("\n"), "{}", rule.rule);
            cases += 1;
        }
    }
    assert!(cases > 300, "{cases}");
}

#[test]
fn a_schema_without_a_type_types_nothing() {
    for text in [
        "{}",
        "type: array",
        "type: file",
        "type: array\nitems: {x-kubernetes-preserve-unknown-fields: true}",
    ] {
        assert!(Declared::of_part(&schema(text)).is_none(), "{text}");
    }
    let typed = Declared::of_part(&schema("type: object\nproperties: {a: {}, b: {type: string}}")).unwrap();
    assert!(typed.field("a").is_none() && typed.field("b").is_some());
}

#[test]
fn a_rule_without_a_text_is_none() {
    let declared = Declared::of_part(&schema("type: string")).unwrap();
    assert_eq!(say(&Rule { rule: " \n".to_owned(), ..Rule::default() }, &declared), "no rule");
}

#[test]
fn rules_are_read_with_all_that_they_say() {
    let schema = schema(
        "type: object\nx-kubernetes-validations:\n- {rule: 'true', message: wrong, messageExpression: '''x''', \
         optionalOldSelf: true, reason: FieldValueForbidden, fieldPath: .a}",
    );
    let rule = Rule {
        rule: "true".to_owned(),
        message: "wrong".to_owned(),
        message_expression: "'x'".to_owned(),
        optional_old_self: true,
        reason: "FieldValueForbidden".to_owned(),
        field_path: ".a".to_owned(),
    };
    assert_eq!(schema.rules, [rule]);
}
