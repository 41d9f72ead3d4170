//! Reads the tags of Go structs: enough of the language to know how a field is written as JSON, and no more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

/// How the encoder treats a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Encoding {
    /// Left out when it is empty.
    pub(super) omit_empty: bool,
    /// Left out when it is the zero of its type.
    pub(super) omit_zero: bool,
    /// Behind a pointer: unset and zero differ.
    pub(super) pointer: bool,
}

#[derive(Debug)]
enum Member {
    Field(String, Encoding),
    /// The fields of another struct, by its full name.
    Inline(String),
}

/// The structs of the API by their short name (`core.v1.Pod`).
#[derive(Debug, Default)]
pub(super) struct Structs(BTreeMap<String, Vec<Member>>);

/// Packages of the API below `staging/src/k8s.io`: a folder, and what its types' names begin with.
const PACKAGES: [(&str, &str); 3] = [
    ("apimachinery/pkg/apis/meta/v1", "meta.v1"),
    ("apiextensions-apiserver/pkg/apis/apiextensions/v1", "apiextensions.v1"),
    ("kube-aggregator/pkg/apis/apiregistration/v1", "apiregistration.v1"),
];

/// Reads the types of all groups.
pub(super) fn read(staging: &Path) -> Result<Structs> {
    let mut structs = Structs::default();
    for (folder, package) in PACKAGES {
        structs.package(&staging.join(folder), package)?;
    }
    for group in folders(&staging.join("api"))? {
        for version in folders(&group)? {
            if let (Some(group), Some(version)) = (name(&group), name(&version)) {
                structs.package(
                    &staging.join("api").join(&group).join(&version),
                    &format!("{group}.{version}"),
                )?;
            }
        }
    }
    Ok(structs)
}

fn folders(dir: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot read `{}`", dir.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn name(path: &Path) -> Option<String> {
    path.file_name()?.to_str().map(str::to_owned)
}

impl Structs {
    fn package(&mut self, dir: &Path, package: &str) -> Result<()> {
        let mut files: Vec<_> = fs::read_dir(dir)
            .with_context(|| format!("cannot read `{}`", dir.display()))?
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| {
                name(path).is_some_and(|name| {
                    name.ends_with(".go") && !name.ends_with("_test.go") && !name.contains("generated")
                })
            })
            .collect();
        files.sort();
        for file in files {
            let text =
                fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))?;
            self.file(&text, package);
        }
        Ok(())
    }

    fn file(&mut self, text: &str, package: &str) {
        let imports = imports(text);
        let full = |name: &str| match name.trim_start_matches('*').split_once('.') {
            Some((alias, name)) => match imports.get(alias) {
                Some(package) => format!("{package}.{name}"),
                None => format!("{alias}.{name}"),
            },
            None => format!("{package}.{}", name.trim_start_matches('*')),
        };
        let mut open: Option<(String, Vec<Member>)> = None;
        for line in text.lines() {
            if let Some((name, members)) = &mut open {
                if line.starts_with('}') {
                    self.0.insert(std::mem::take(name), std::mem::take(members));
                    open = None;
                } else {
                    members.extend(member(line, &full));
                }
            } else if let Some(declared) = line.strip_prefix("type ") {
                match declared.split_whitespace().collect::<Vec<_>>().as_slice() {
                    [name, "struct", "{"] => open = Some((format!("{package}.{name}"), Vec::new())),
                    [name, "struct", "{}"] => {
                        self.0.insert(format!("{package}.{name}"), Vec::new());
                    }
                    [name, "=", other] | [name, other] if other.contains('.') => {
                        self.0.insert(format!("{package}.{name}"), vec![Member::Inline(full(other))]);
                    }
                    _ => {}
                }
            }
        }
    }

    /// How the field of a struct is written; `None` when there is no such field.
    pub(super) fn field(&self, name: &str, field: &str) -> Option<Encoding> {
        self.0.get(name)?.iter().find_map(|member| match member {
            Member::Field(found, encoding) => (found == field).then_some(*encoding),
            Member::Inline(other) => self.field(other, field),
        })
    }
}

/// The packages of the API that a file imports, by the names it gives them.
fn imports(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in text.lines().take_while(|line| !line.starts_with("type ")) {
        let Some((alias, rest)) = line.trim().split_once('"') else { continue };
        let Some(path) = rest.split('"').next().and_then(|path| path.strip_prefix("k8s.io/")) else {
            continue;
        };
        let package = match path.strip_prefix("api/") {
            Some(path) => path.replace('/', "."),
            None => match PACKAGES.iter().find(|(folder, _)| *folder == path) {
                Some((_, package)) => (*package).to_owned(),
                None => continue,
            },
        };
        let alias = match alias.trim().trim_start_matches("import").trim() {
            "" => path.rsplit('/').next().unwrap_or(path).to_owned(),
            alias => alias.to_owned(),
        };
        found.insert(alias, package);
    }
    found
}

/// The member that a line of a struct declares, if it has a JSON tag.
fn member(line: &str, full: &dyn Fn(&str) -> String) -> Option<Member> {
    let line = line.trim();
    if line.starts_with("//") {
        return None;
    }
    let (declared, tag) = line.split_once('`')?;
    let tag = tag.split_once("json:\"")?.1.split('"').next()?;
    let mut words = declared.split_whitespace();
    let first = words.next()?;
    let kind = words.next();
    let mut options = tag.split(',');
    match (options.next()?, kind) {
        ("-", _) => None,
        ("", None) => Some(Member::Inline(full(first))),
        ("", Some(kind)) => Some(Member::Inline(full(kind))),
        (name, kind) => {
            let mut encoding =
                Encoding { pointer: kind.unwrap_or(first).starts_with('*'), ..Encoding::default() };
            for option in options {
                encoding.omit_empty |= option == "omitempty";
                encoding.omit_zero |= option == "omitzero";
            }
            Some(Member::Field(name.to_owned(), encoding))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_and_what_is_inlined() {
        let mut structs = Structs::default();
        structs.file(
            "import (\n\tmetav1 \"k8s.io/apimachinery/pkg/apis/meta/v1\"\n\tx \"k8s.io/api/x/v1\"\n)\n\
             type Thing struct {\n\tmetav1.TypeMeta `json:\",inline\"`\n\t// Old *string `json:\"old\"`\n\
             \tSize *int32 `json:\"size,omitempty\" protobuf:\"x\"`\n\tOther Common `json:\",inline\"`\n\
             \tHidden int `json:\"-\"`\n}\ntype Common struct {\n\tAt metav1.Time `json:\"at,omitempty,omitzero\"`\n}\n\
             type Same = x.Thing\ntype Copy x.Thing\n",
            "x.v1",
        );
        structs.file("type TypeMeta struct {\n\tKind string `json:\"kind,omitempty\"`\n}\n", "meta.v1");
        let encoding = |omit_empty, omit_zero, pointer| Some(Encoding { omit_empty, omit_zero, pointer });
        assert_eq!(structs.field("x.v1.Thing", "size"), encoding(true, false, true));
        assert_eq!(structs.field("x.v1.Thing", "at"), encoding(true, true, false));
        assert_eq!(structs.field("x.v1.Same", "kind"), encoding(true, false, false));
        assert_eq!(structs.field("x.v1.Copy", "size"), encoding(true, false, true));
        assert_eq!(structs.field("x.v1.Thing", "old"), None);
    }
}
