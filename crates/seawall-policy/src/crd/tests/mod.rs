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
            let message =
                compiled.message_refused().map(|refused| format!("\n{refused}")).unwrap_or_default();
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

fn tree(text: &str) -> seawall_yaml::Tree {
    read(&Text::new(text), &ReadLimits::default()).0.pop().unwrap().tree
}

const TYPED: &str = "
type: object
properties:
  name: {type: string}
  namespace: {type: string}
  a.b-c/d: {type: integer}
  when: {type: string, format: date-time}
  day: {type: string, format: date}
  span: {type: string, format: duration}
  data: {type: string, format: byte}
  port: {x-kubernetes-int-or-string: true}
  rate: {type: number}
  gone: {type: string, nullable: true}
  set: {type: array, x-kubernetes-list-type: set, items: {type: string}}
  plain: {type: array, items: {type: string}}
  maps:
    type: array
    x-kubernetes-list-type: map
    x-kubernetes-list-map-keys: [k, l]
    items:
      type: object
      properties: {k: {type: string}, l: {type: integer}, v: {type: string}}
  more: {type: object, additionalProperties: {type: integer}}
  open: {type: array, items: {type: object, x-kubernetes-preserve-unknown-fields: true}}
";

const OWN: &str = "
name: web
namespace: shop
a.b-c/d: 4
when: 2024-02-29T12:00:00Z
day: 2024-02-29
span: 1h30m
data: aGk=
port: 80
rate: 2
gone: null
set: [a, b]
plain: [a, b]
maps: [{k: x, l: 1, v: one}, {k: x, l: 2, v: two}]
more: {a-b: 1, namespace: 2}
open: [{x: 1}, {x: 2}, {x: 1}]
";

const OLD: &str = "
name: web
set: [b, c]
plain: [b, a]
maps: [{k: x, l: 2, v: two}, {k: x, l: 1, v: old}]
";

fn said(rule: Rule, old: Option<&str>) -> String {
    let schema = schema(TYPED);
    let declared = Declared::of_part(&schema).unwrap();
    let compiled = compile(&rule, &declared, 36, &Limits::default()).unwrap().unwrap();
    let (own, old) = (tree(OWN), old.map(tree));
    let old = old.as_ref().map(|old| value(old.root(), &schema).unwrap());
    match compiled.evaluate(&value(own.root(), &schema).unwrap(), old.as_ref()) {
        Outcome::Holds => "holds".to_owned(),
        Outcome::Skipped => "skipped".to_owned(),
        Outcome::Fails(why) => why,
    }
}

fn rule(text: &str) -> Rule {
    Rule { rule: text.to_owned(), ..Rule::default() }
}

#[test]
fn values_have_the_types_of_their_schema() {
    for text in [
        "self.name == 'web' && self.namespace == self.__namespace__ && self.a__dot__b__dash__c__slash__d == 4",
        "self.when == timestamp('2024-02-29T12:00:00Z') && self.day.getDate() == 29",
        "self.span == duration('90m') && self.data == b'hi'",
        "type(self.port) == int && self.port == 80 && self.rate == 2.0 && type(self.rate) == double",
        "!has(self.gone)",
        "self.more['a-b'] == 1 && self.more.namespace == 2 && self.more.all(k, self.more[k] < 3)",
        "self.open[0] == self.open[2] && self.open[0] != self.open[1]",
        "self.set == ['b', 'a'] && self.set != ['a'] && self.set != ['a', 'c'] && 'a' in self.set",
        "self.set + ['b', 'c'] == ['a', 'b', 'c'] && size(self.set + ['b', 'c']) == 3",
        "self.plain != ['b', 'a'] && self.plain + ['b'] == ['a', 'b', 'b'] && self.set[1] == 'b'",
        "self.maps.exists(m, m.v == 'two') && self.maps.map(m, m.v) == ['one', 'two']",
    ] {
        assert_eq!(said(rule(text), None), "holds", "{text}");
    }
}

#[test]
fn values_are_compared_with_those_of_before() {
    for (text, found) in [
        ("self.name == oldSelf.name", "holds"),
        ("self.set == oldSelf.set", "failed rule: self.set == oldSelf.set"),
        ("self.set + oldSelf.set == ['a', 'b', 'c']", "holds"),
        ("self.maps == oldSelf.maps", "failed rule: self.maps == oldSelf.maps"),
        ("self.maps + oldSelf.maps == oldSelf.maps", "holds"),
        ("(self.maps + oldSelf.maps)[0].v == 'old'", "holds"),
    ] {
        assert_eq!(said(rule(text), Some(OLD)), found, "{text}");
    }
    assert_eq!(said(rule("self.name == oldSelf.name"), None), "skipped");
    let optional =
        Rule { optional_old_self: true, ..rule("oldSelf.optMap(o, o.name == self.name).orValue(true)") };
    assert_eq!(said(optional.clone(), None), "holds");
    assert_eq!(said(optional, Some(OLD)), "holds");
}

#[test]
fn a_rule_says_why_it_fails() {
    let message = |message: &str, expression: &str| Rule {
        message: message.to_owned(),
        message_expression: expression.to_owned(),
        ..rule("self.rate > 5.0")
    };
    for (rule, why) in [
        (message("", ""), "failed rule: self.rate > 5.0"),
        (message(" too slow\n", ""), "too slow"),
        (message("too slow", "'rate is ' + string(self.rate)"), "rate is 2"),
        (message("too slow", "''"), "too slow"),
        (message("too slow", "'a\\nb'"), "too slow"),
        (message("too slow", "self.plain[7]"), "too slow"),
        (message("too slow", "self.nope"), "too slow"),
        (rule("self.plain[7] == ''"), "index out of bounds: 7 evaluating rule: self.plain[7] == ''"),
    ] {
        assert_eq!(said(rule, None), why);
    }
}

#[test]
fn what_does_not_fit_its_schema_is_an_error() {
    for (types, text, why) in [
        ("type: integer", "1.5", "invalid data, expected int, got float64"),
        ("type: number", "x", "invalid data, expected float, got string"),
        ("type: string", "1", "invalid data, expected string, got int64"),
        ("type: boolean", "[]", "invalid data, expected bool, got []interface {}"),
        (
            "{type: array, items: {type: string}}",
            "[null]",
            "invalid data, got null for schema with nullable=false",
        ),
        ("type: object", "1", "invalid data, expected a map for the provided schema with type=object"),
        ("{type: string, format: duration}", "1x", "Invalid duration 1x: unable to parse 1x as duration"),
        (
            "x-kubernetes-int-or-string: true",
            "true",
            "invalid data, expected XIntOrString value to be either a string or integer",
        ),
    ] {
        assert_eq!(value(tree(text).root(), &schema(types)).unwrap_err().to_string(), why);
    }
}
