//! Kubernetes' libraries through expressions: values and errors are those of an API server 1.36.

use super::*;

fn said(text: &str) -> String {
    let mut names = Names::new().for_mutation();
    let authorizer = names.declare("authorizer");
    let limits = Limits::default();
    let program = match Program::compile(text, &names, &limits) {
        Ok(program) => program,
        Err(error) => return format!("refused: {error}"),
    };
    if let Some(problem) = program.unresolved().first() {
        return format!("refused: {}", problem.message);
    }
    let mut bindings = Bindings::new();
    bindings.set(authorizer, Value::authorizer());
    bindings.set_authorizer(&Nobody);
    match program.evaluate(&bindings) {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("error: {error}"),
    }
}

/// Answers with the question.
struct Nobody;

impl Authorizer for Nobody {
    fn check(&self, attributes: Attributes<'_>) -> Answer {
        let user = attributes.user.map_or("me".into(), |user| format!("{}/{}", user.namespace, user.name));
        let reason = match attributes.target {
            Target::Path(path) => format!("{user} {} {path}", attributes.verb),
            Target::Resource(target) => format!(
                "{user} {} {}.{}/{} {}/{} {} {}",
                attributes.verb,
                target.resource,
                target.group,
                target.subresource,
                target.namespace,
                target.name,
                target.field_selector,
                target.label_selector
            ),
        };
        Answer { allowed: false, reason, error: Some("no answer".to_owned()) }
    }
}

fn all(cases: &[(&str, &str)]) {
    for (text, wanted) in cases {
        assert_eq!(said(text), *wanted, "{text}");
    }
}

#[test]
fn quantities() {
    all(&[
        ("quantity('1.5Gi')", "kubernetes.Quantity(1536Mi)"),
        ("quantity('0.5')", "kubernetes.Quantity(500m)"),
        ("quantity('1e3').add(1)", "kubernetes.Quantity(1001)"),
        ("quantity('0.0000000001')", "kubernetes.Quantity(1n)"),
        ("quantity('200M') == quantity('0.2G')", "true"),
        ("quantity('1Ki').compareTo(quantity('1k'))", "1"),
        ("quantity('50k').sub(quantity('50k')).asInteger()", "0"),
        ("quantity('1.5').isInteger()", "false"),
        ("quantity('1.5').asInteger()", "error: cannot convert value to integer"),
        ("quantity('123456789012345678901234567890').asApproximateFloat()", "1.234567890123457e29"),
        ("sign(quantity('-1m'))", "-1"),
        ("isQuantity('1Mo')", "false"),
        (
            "quantity('1Mo')",
            "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        ("quantity('1ki')", "error: unable to parse quantity's suffix"),
        // What was added up is known on the left only.
        ("quantity('2') == quantity('1').add(1)", "error: no such overload"),
        ("quantity('1').add(1) == quantity('2')", "true"),
        ("[quantity('3')] == [quantity('1').add(1)]", "true"),
    ]);
}

#[test]
fn addresses_and_ranges() {
    all(&[
        ("ip('2001:db8:0::1')", "net.IP(2001:db8::1)"),
        ("ip.isCanonical('2001:db8:0::1')", "false"),
        ("ip('127.0.0.1').family() == 4 && ip('::1').isLoopback()", "true"),
        ("ip('ff02::1').isLinkLocalMulticast() && !ip('255.255.255.255').isGlobalUnicast()", "true"),
        ("string(cidr('10.1.2.3/8').masked())", "\"10.0.0.0/8\""),
        (
            "cidr('10.0.0.0/8').containsIP('10.1.1.1') && cidr('10.0.0.0/8').containsIP(ip('10.9.9.9'))",
            "true",
        ),
        ("cidr('10.0.0.0/8').containsCIDR('10.0.0.0/7')", "false"),
        ("cidr('10.0.0.0/8').containsIP('x')", "error: no such overload"),
        ("type(ip('1.1.1.1')) == net.IP && type(cidr('1.1.1.1/1')) == net.CIDR", "true"),
        ("dyn('x') == ip('1.1.1.1')", "false"),
        ("ip('1.1.1.1') == dyn('x')", "error: no such overload"),
        ("ip('1.1.1.1') != dyn('x')", "true"),
    ]);
}

#[test]
fn texts_urls_versions_and_formats() {
    all(&[
        ("'a1b22'.findAll('[0-9]+')", "[\"1\", \"22\"]"),
        ("'a1b22'.findAll('[0-9]+', 1) + ['x1'.find('[a-z]')]", "[\"1\", \"x\"]"),
        ("'x'.find(string('('))", "refused: program instantiation failed: error parsing regexp: `(`"),
        ("url('https://h:8/p?a=1&a=2').getQuery()", "{\"a\": [\"1\", \"2\"]}"),
        ("isURL('p')", "false"),
        ("semver('v1.2', true).minor() + semver('1.2.3').patch()", "5"),
        ("semver('1.2.3-a').isLessThan(semver('1.2.3')) && !isSemver('1.2')", "true"),
        ("format.dns1123Label().validate('a').hasValue()", "false"),
        ("format.named('byte').value().validate('!').value()", "[\"invalid base64\"]"),
        ("format.named('email')", "optional.none()"),
        ("'abc'.indexOf('c', 9) + 'abc'.lastIndexOf('a', 9)", "-2"),
        ("'abc'.substring(2, 1)", "error: invalid substring range. start: 2, end: 1"),
        (
            "'%f %e %s'.format([12345.5, 0.5, ['a', 1.5]])",
            "\"12,345.500000 5.000000×10⁻⁰¹ [\\\"a\\\", 1.500000]\"",
        ),
        ("jsonpatch.escapeKey('a~/b')", "\"a~0~1b\""),
    ]);
}

#[test]
fn lists_and_sets() {
    all(&[
        ("[3, 1, 2].sort() + ['b', 'a'].sort()", "[1, 2, 3, \"a\", \"b\"]"),
        ("[{'n': 2}, {'n': 1}].sortBy(x, x.n)[0].n", "1"),
        ("[1, 'a'].sort()", "error: list elements must have the same type"),
        ("[[1], [2, [3]]].flatten(2)", "[1, 2, 3]"),
        ("[1].flatten(-1)", "error: level must be non-negative"),
        ("[1, 2, 1.0].distinct().size() + lists.range(3).size()", "5"),
        ("[1, 2, 3].slice(1, 4)", "error: cannot slice(1, 4), list is length 3"),
        ("[1, 2].reverse() == [2, 1] && [1, 2].first() == optional.of(1)", "true"),
        ("[].min()", "error: min called on empty list"),
        ("[1u, 2u].sum() == 3u && [1, 3].max() == 3 && ['a', 'a'].isSorted()", "true"),
        ("[1, 2, 1].lastIndexOf(1) + [1, 2].indexOf(9)", "1"),
        ("[1, 2].includes(2)", "true"),
        ("sets.contains([1, 2], [2]) && sets.equivalent([1, 1], [1]) && !sets.intersects([1], [2])", "true"),
        ("optional.unwrap([optional.of(1), optional.none()])", "[1]"),
        ("{'a': 1}.transformMapEntry(k, v, {'x': v}).x", "1"),
        ("[1, 2].transformMapEntry(i, v, {'x': v})", "error: insert failed: key x already exists"),
    ]);
}

#[test]
fn rights_are_asked_with_everything_that_was_said() {
    all(&[
        (
            "authorizer.serviceAccount('ns', 'sa').group('g').resource('r').subresource('s').namespace('n').name('x')\
             .fieldSelector('f').labelSelector('l').check('get').reason()",
            "\"ns/sa get r.g/s n/x f l\"",
        ),
        ("authorizer.path('/p').check('get').reason()", "\"me get /p\""),
        ("authorizer.path('/p').check('get').allowed()", "false"),
        ("authorizer.path('/p').check('get').errored()", "true"),
        ("authorizer.path('/p').check('get').error()", "\"no answer\""),
        ("authorizer.path(' ')", "error: path must not be empty"),
        ("authorizer.serviceAccount('ns', 'S')", "error: Invalid service account name"),
        ("authorizer == authorizer", "error: no such overload"),
    ]);
}

#[test]
fn records_are_made_in_mutations_only() {
    all(&[
        ("Object{spec: Object.spec{replicas: 1}}.spec.replicas", "1"),
        ("has(Object{a: 1}.b) || Object{a: 1}.b == null", "true"),
        ("Object{?a: optional.none(), b: 2} == Object{b: 2}", "true"),
        (
            "JSONPatch{op: 'add', path: '/a', value: [1]}",
            "JSONPatch{\"op\": \"add\", \"path\": \"/a\", \"value\": [1]}",
        ),
        ("JSONPatch{op: 'add'}.path", "\"\""),
        ("JSONPatch{what: 1}", "refused: undefined field 'what'"),
    ]);
    let program = Program::compile("Object{a: 1}", &Names::new(), &Limits::default()).unwrap();
    assert_eq!(program.unresolved().len(), 1);
}

#[test]
fn a_release_knows_what_it_had() {
    for (text, minor) in [
        ("[1].all(i, v, true)", 32),
        ("[1].sortBy(x, x)", 34),
        ("{'a': 1}.?a", 28),
        ("format.uri()", 31),
        ("sets.contains([1], [1])", 29),
    ] {
        let unknown = |minor| {
            let names = Names::new().at(Version::minor(minor));
            !Program::compile(text, &names, &Limits::default()).unwrap().unresolved().is_empty()
        };
        assert!(unknown(minor - 1) && !unknown(minor), "{text}");
    }
}

/// As cel-go counts them with the API server's estimator.
#[test]
fn costs_are_the_api_servers() {
    let tree = pod();
    let mut names = Names::new();
    let object = names.declare("object");
    for (text, cost) in [
        ("true", 0),
        ("object.metadata.name == 'web'", 4),
        ("has(object.metadata.name) && !has(object.metadata.x)", 5),
        ("object.spec.containers.all(c, c.image.contains('x'))", 18),
        ("object.spec.containers.map(c, c.name)", 32),
        ("object.spec.containers.filter(c, c.name == 'b')", 23),
        ("object.spec.containers.exists_one(c, true)", 9),
        ("object.?spec.?missing.orValue(1)", 2),
        ("object.?metadata.optMap(m, m.name + m.name)", 12),
        ("object.metadata.name in ['a', 'web']", 3),
        ("[object.metadata.name][0]", 15),
        ("true ? object.metadata.name : 'x'", 2),
        ("object.x == object.y || true", 5),
        ("quantity('1Gi').add(quantity('1Mi')).isLessThan(quantity('2Gi'))", 5),
        ("[3, 1, 2].sort()", 29),
        ("sets.contains([1, 2], [1, 2, 3])", 7),
        ("'aaaaaaaaaaaa'.matches('^a+$')", 2),
        ("object.spec.containers[object.spec.containers.size() - 1].name", 10),
    ] {
        let program = Program::compile(text, &names, &Limits::default()).unwrap();
        let mut bindings = Bindings::new();
        bindings.set(object, Value::from_node(tree.root()));
        assert_eq!(program.run(&bindings).cost, cost, "{text}");
    }
}

/// Expected costs are those of cel-go's table of costs (`pkg/cel/library/cost_test.go` of the API server) and of its macros.
#[test]
fn what_is_made_in_every_run_is_paid_for_in_every_run() {
    for (text, made, written) in [
        ("[1, 2, 3, 4, 5].isSorted()", 5, 15),
        ("[duration('1s'), duration('2s')].sum()", 2, 14),
        ("[1, 2].transformList(i, v, v < 5, v + 1)", 33, 53),
        ("{'a': 1, 'b': 2}.transformMapEntry(k, v, v < 5, {k: v + 1})", 75, 135),
        ("1 in [1, 2]", 0, 12),
    ] {
        let names = Names::new();
        let limits = Limits::default();
        let env = check::Environment::kubernetes(36);
        let (ast, checked) = check::compile(text, &env, &limits).unwrap();
        let overload =
            |id| checked.overloads(id).first().copied().filter(|_| checked.overloads(id).len() == 1);
        let cost = |program: Program| program.run(&Bindings::new()).cost;
        assert_eq!(cost(Program::checked(&ast, &names, &limits, &overload)), made, "{text}");
        assert_eq!(cost(Program::as_written(&ast, &names, &limits, &overload)), written, "{text}");
    }
}
