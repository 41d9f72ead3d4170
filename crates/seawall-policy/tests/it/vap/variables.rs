//! Variables.

use super::cluster::denied;

#[test]
fn one_that_fails_and_is_not_asked_for_is_harmless() {
    let rest = "variables:
- {name: bad, expression: object.data.none}
- {name: num, expression: int(object.data.count)}
- {name: twice, expression: variables.num * 2}
validations:
- {expression: variables.twice == 10}
- {expression: variables.twice == 11, messageExpression: \"'twice is ' + string(variables.twice)\"}";
    assert_eq!(denied(rest), ["twice is 10"]);
}

#[test]
fn errors_say_through_which_variables_they_came() {
    let rest = "variables:
- {name: a, expression: object.data.none}
- {name: b, expression: variables.a + '1'}
validations: [{expression: variables.b == '1'}]";
    assert_eq!(
        denied(rest),
        [
            "expression 'variables.b == '1'' resulted in error: composited variable \"b\" fails to evaluate: composited \
          variable \"a\" fails to evaluate: no such key: none"
        ]
    );
}

#[test]
fn presence_is_asked_by_evaluating() {
    let rest = "variables: [{name: none, expression: \"object.?data.?none.orValue('x')\"}, {name: bad, expression: object.data.none}]
validations:
- {expression: has(variables.none)}
- expression: variables.?none.hasValue()
- {expression: has(variables.bad), message: unused}";
    let expected = "expression 'has(variables.bad)' resulted in error: composited variable \"bad\" fails to evaluate: no such \
                    key: none";
    assert_eq!(denied(rest), [expected]);
}

#[test]
fn of_two_of_one_name_the_later_counts() {
    let rest = "variables: [{name: a, expression: '1'}, {name: a, expression: '2'}]
validations: [{expression: variables.a == 1, messageExpression: string(variables.a)}]";
    assert_eq!(denied(rest), ["2"]);
}
