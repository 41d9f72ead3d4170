use super::*;
use crate::admission::Operation;

fn read(text: &str) -> (Page, Vec<String>) {
    let (page, problems) = read_page(text, &"page.md".into());
    let told = problems
        .into_iter()
        .map(|problem| {
            format!("{}: {}", problem.position.map_or(0, |position| position.line), problem.message)
        })
        .collect();
    (page, told)
}

const PAGE: &str = "---
policies: [a.yaml, b.yaml]
---
# Replicas

```yaml policy
kind: ValidatingAdmissionPolicy
---
kind: ValidatingAdmissionPolicyBinding
```

## One is too few

```yaml deny user=alice groups=devs,qa dry-run
kind: Deployment
spec: {replicas: 1} # message: two replicas
```

```yaml
prose: true
```

## Down to one

```yaml warn operation=UPDATE
kind: Deployment
spec: {replicas: 2}
---
kind: Deployment
spec: {replicas: 1}
```

## Labelled

````yaml mutate
kind: Pod
text: |
  ```yaml deny
````

```yaml becomes
kind: Pod
labelled: true
```
";

#[test]
fn a_page_is_a_world_and_cases() {
    let (page, problems) = read(PAGE);
    assert_eq!(problems, Vec::<String>::new());
    assert_eq!(page.files, ["a.yaml", "b.yaml"]);
    assert_eq!(page.objects.iter().map(|(_, line)| *line).collect::<Vec<_>>(), [6, 6]);
    let told: Vec<String> = page
        .cases
        .iter()
        .map(|case| {
            format!(
                "{} {:?} {} {} {:?} old {} new {} becomes {}",
                case.name,
                case.expect,
                case.operation.name(),
                case.line,
                case.messages,
                case.old_object.is_some(),
                case.object.is_some(),
                case.becomes.is_some()
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "One is too few Deny CREATE 14 [Message { text: \"two replicas\", line: 16 }] old false new true becomes false",
            "Down to one Warn UPDATE 25 [] old true new true becomes false",
            "Labelled Mutate CREATE 35 [] old false new true becomes true",
        ]
    );
    let first = &page.cases[0];
    assert_eq!((first.user.as_str(), first.groups.len(), first.dry_run), ("alice", 2, true));
    assert_eq!(page.cases[1].operation, Operation::Update);
}

#[test]
fn what_is_not_understood_is_told_with_its_line() {
    for (text, told) in [
        ("---\npolicy: []\n---\n", "1: the front matter has no `policy`: it is `policies`"),
        ("---\npolicies: a.yaml\n---\n", "1: `policies` is a list of file names"),
        ("---\npolicies: []\n", "1: the front matter is not closed by `---`"),
        ("```yaml deny\nkind: Pod\n", "1: the fence is not closed"),
        (
            "```yaml deny who=me\nkind: Pod\n```\n",
            "1: `who=me` says nothing about a request: it is `operation=`, `resource=`, `subresource=`, `user=`, `groups=`, `dry-run`",
        ),
        (
            "```yaml deny operation=PATCH\nkind: Pod\n```\n",
            "1: `PATCH` is no operation: CREATE, UPDATE, DELETE, CONNECT",
        ),
        (
            "\n```yaml deny operation=UPDATE\nkind: Pod\n```\n",
            "2: UPDATE needs the old object, `---` and the new one",
        ),
        ("```yaml deny\n```\n", "1: CREATE needs one object"),
        (
            "```yaml allow\nkind: Pod # message: x\n```\n",
            "1: what is allowed says nothing: a `# message:` belongs to `deny` or `warn`",
        ),
        ("```yaml deny\nkind: Pod # message:\n```\n", "2: `# message:` demands nothing"),
        ("```yaml mutate\nkind: Pod\n```\n", "1: `mutate` needs a fence `yaml becomes` behind it"),
        ("```yaml becomes\nkind: Pod\n```\n", "1: `becomes` is one object, behind a fence `yaml mutate`"),
        (
            "\n```yaml Deny\nkind: Pod\n```\n",
            "2: `yaml Deny` is no fence that is known; did you mean `deny`?; behind `yaml` stands `policy`, `allow`, `deny`, \
             `warn`, `mutate`, `becomes`, or nothing",
        ),
        (
            "   ~~~ yml verboten\nkind: Pod\n  ~~~\n",
            "1: `yaml verboten` is no fence that is known; behind `yaml` stands `policy`, `allow`, `deny`, `warn`, `mutate`, \
             `becomes`, or nothing",
        ),
        ("```yaml policy now\nkind: Pod\n```\n", "1: `policy` takes no `now`"),
    ] {
        assert_eq!(read(text).1, [told], "{text}");
    }
}

#[test]
fn broken_yaml_is_told_where_it_is_in_the_page() {
    let (page, problems) = read("# A\n\n```yaml deny\na: [\n```\n");
    assert!(page.cases.is_empty());
    assert!(problems[0].starts_with("4: ") || problems[0].starts_with("5: "), "{problems:?}");
}

#[test]
fn no_way_to_write_a_fence_loses_a_case() {
    for fence in [
        "```yml deny\nkind: Pod\n```\n",
        "~~~YAML deny\nkind: Pod\n~~~\n",
        "  ``` yaml deny\n  kind: Pod\n  ```\n",
    ] {
        let (page, problems) = read(fence);
        assert_eq!((page.cases.len(), problems), (1, Vec::new()), "{fence}");
    }
}

#[test]
fn a_page_about_something_else_is_left_alone() {
    for (text, expected) in [
        ("```yaml denied\n```\n", true),
        ("---\npolicies: [a.yaml]\n---\n", true),
        ("```yaml\na: 1\n```\n", false),
        ("```yaml title=x\n```\n", false),
        ("````markdown\n```yaml deny\n```\n````\n", false),
    ] {
        assert_eq!(is_page(text), expected, "{text}");
    }
}
