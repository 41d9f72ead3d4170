//! Reads the data file that `cargo xtask schema` writes.
//!
//! ```text
//! release 1.36
//! resource GROUP/VERSION NAME[/SUBRESOURCE] namespaced|cluster GROUP/VERSION KIND
//! kind GROUP/VERSION KIND TYPE
//! type TYPE [atomic]
//!  FIELD VALUE [required] [map=KEY,…|set|atomic|granular] [patch=STRATEGY[:KEY]] [omitempty] [omitzero] [pointer] [default=JSON]
//! ```
//!
//! A VALUE is the word of a scalar, the name of a type, `[VALUE]` (a list) or `{VALUE}` (a map). Everything is sorted.
//! The file is part of this crate: a line that is not understood is a defect of the crate, which the tests find, and
//! is passed over here.

use std::borrow::Cow;
use std::collections::HashMap;

use seawall_yaml::{Limits, Span, Text};

use super::{Def, DefId, Field, KindEntry, ResourceEntry, Scalar, Shape, Table, Topology};
use crate::Value;

/// The words of scalars.
const SCALARS: [(&str, Scalar); 13] = [
    ("string", Scalar::Str),
    ("bool", Scalar::Bool),
    ("int32", Scalar::Int32),
    ("int64", Scalar::Int64),
    ("float", Scalar::Number),
    ("bytes", Scalar::Bytes),
    ("quantity", Scalar::Quantity),
    ("time", Scalar::Time),
    ("micro-time", Scalar::MicroTime),
    ("int-or-string", Scalar::IntOrString),
    ("raw", Scalar::Object),
    ("json-schema", Scalar::JsonSchema),
    ("any", Scalar::Any),
];

/// Reads the file; also gives the lines that were not understood.
pub(crate) fn read(text: &'static str) -> (Table, Vec<&'static str>) {
    let mut reader = Reader { numbers: HashMap::new(), table: Table::default(), strange: Vec::new() };
    for (word, scalar) in SCALARS {
        let id = reader.table.add(Def::new(Shape::Scalar(scalar)));
        reader.numbers.insert(word, id);
    }
    // Types are used before they are described: numbers first.
    for name in text.lines().filter_map(|line| line.strip_prefix("type ")) {
        let name = name.split(' ').next().unwrap_or(name);
        let id = reader.table.add(Def::new(Shape::Struct(Box::default())));
        reader.numbers.insert(name, id);
        reader.table.named.push((Cow::Borrowed(name), id));
    }
    reader.table.named.sort_by(|a, b| a.0.cmp(&b.0));
    let mut open: Option<(DefId, Vec<Field>)> = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let understood = match line.strip_prefix(' ') {
            Some(field) => match (&mut open, reader.field(field)) {
                (Some((_, fields)), Some(field)) => {
                    fields.push(field);
                    true
                }
                _ => false,
            },
            None => {
                reader.close(open.take());
                reader.line(line, &mut open).is_some()
            }
        };
        if !understood {
            reader.strange.push(line);
        }
    }
    reader.close(open);
    reader.mark_structs();
    let table = &mut reader.table;
    table.kinds.sort_by(|a, b| (&a.group, &a.version, &a.kind).cmp(&(&b.group, &b.version, &b.kind)));
    table.resources.sort_by(|a, b| (&a.group, &a.version, &a.name).cmp(&(&b.group, &b.version, &b.name)));
    (reader.table, reader.strange)
}

struct Reader {
    /// Scalars, types, and the lists and maps met so far.
    numbers: HashMap<&'static str, DefId>,
    table: Table,
    strange: Vec<&'static str>,
}

impl Reader {
    fn close(&mut self, open: Option<(DefId, Vec<Field>)>) {
        let Some((id, mut fields)) = open else { return };
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        if let Some(def) = self.table.defs.get_mut(id.0 as usize) {
            def.shape = Shape::Struct(fields.into());
        }
    }

    /// Which fields are structs is known when all types are.
    fn mark_structs(&mut self) {
        let structs: Vec<bool> =
            self.table.defs.iter().map(|def| matches!(def.shape, Shape::Struct(_))).collect();
        for def in &mut self.table.defs {
            if let Shape::Struct(fields) = &mut def.shape {
                for field in fields {
                    field.by_value = !field.pointer && structs.get(field.def.0 as usize) == Some(&true);
                }
            }
        }
    }

    fn line(&mut self, line: &'static str, open: &mut Option<(DefId, Vec<Field>)>) -> Option<()> {
        let mut words = line.split(' ');
        let str = Cow::Borrowed;
        match words.next()? {
            "release" => self.table.release = Cow::Borrowed(words.next()?),
            "resource" => {
                let (group, version) = words.next()?.split_once('/')?;
                let name = words.next()?;
                let namespaced = words.next()? == "namespaced";
                let (kind_group, kind_version) = words.next()?.split_once('/')?;
                let kind = (str(kind_group), str(kind_version), str(words.next()?));
                let (group, version, name) = (str(group), str(version), str(name));
                self.table.resources.push(ResourceEntry { group, version, name, namespaced, kind });
            }
            "kind" => {
                let (group, version) = words.next()?.split_once('/')?;
                let (group, version, kind) = (str(group), str(version), str(words.next()?));
                let def = *self.numbers.get(words.next()?)?;
                self.table.kinds.push(KindEntry { group, version, kind, def, custom: false });
            }
            "type" => {
                let name = words.next()?;
                let id = *self.numbers.get(name)?;
                let def = self.table.defs.get_mut(id.0 as usize)?;
                def.name = Cow::Borrowed(name);
                if words.next() == Some("atomic") {
                    def.topology = Topology::Atomic;
                }
                *open = Some((id, Vec::new()));
            }
            _ => return None,
        }
        Some(())
    }

    fn field(&mut self, line: &'static str) -> Option<Field> {
        let (line, default) = match line.split_once(" default=") {
            Some((line, default)) => (line, Some(default)),
            None => (line, None),
        };
        let mut words = line.split(' ');
        let name = words.next()?;
        let mut def = self.value(words.next()?)?;
        let mut field = Field::new(Cow::Borrowed(name), def);
        let mut special = None;
        for word in words {
            match word {
                "required" => field.required = true,
                "omitempty" => field.omit_empty = true,
                "omitzero" => field.omit_zero = true,
                "pointer" => field.pointer = true,
                "set" => special = Some((Topology::Set, "")),
                "atomic" => special = Some((Topology::Atomic, "")),
                "granular" => special = Some((Topology::Granular, "")),
                _ => match word.split_once('=')? {
                    ("map", keys) => special = Some((Topology::Keyed, keys)),
                    ("patch", strategy) => field.patch = Cow::Borrowed(strategy),
                    _ => return None,
                },
            }
        }
        if let Some((topology, keys)) = special {
            let mut own = self.table.def(def).clone();
            // A struct would be copied before its fields are known.
            if matches!(own.shape, Shape::Struct(_)) {
                return None;
            }
            own.topology = topology;
            own.keys = keys.split(',').filter(|key| !key.is_empty()).map(Cow::Borrowed).collect();
            def = self.table.add(own);
        }
        if let Some(default) = default {
            field.default = Some(json(default)?);
        }
        field.def = def;
        Some(field)
    }

    fn value(&mut self, word: &'static str) -> Option<DefId> {
        if let Some(id) = self.numbers.get(word) {
            return Some(*id);
        }
        let shape = if let Some(items) = word.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Shape::List(self.value(items)?)
        } else {
            Shape::Map(self.value(word.strip_prefix('{')?.strip_suffix('}')?)?)
        };
        let id = self.table.add(Def::new(shape));
        self.numbers.insert(word, id);
        Some(id)
    }
}

/// A value of JSON.
pub(crate) fn json(text: &str) -> Option<Value<'static>> {
    let text = Text::new(text);
    let span = Span { start: 0, end: text.len() };
    let (read, _) = seawall_yaml::json::read_json(&text, span, &Limits::default());
    Value::of(read?.0.root()).map(Value::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_data_is_understood_to_its_last_line() {
        let (table, strange) = read(include_str!("../../data/kubernetes.txt"));
        assert_eq!(strange, Vec::<&str>::new());
        assert!(table.defs.len() > 800 && table.kinds.len() > 80 && table.resources.len() > 120);
    }

    #[test]
    fn a_strange_line_is_named_and_passed_over() {
        let (table, strange) = read(
            "release 9\ntype x.v1.A\n a [string] set omitempty\n b no.such.Type\n c {[int32]} default={\"k\":[1]}\nmagic\n",
        );
        assert_eq!(strange, [" b no.such.Type", "magic"]);
        let Shape::Struct(fields) = &table.def(table.named("x.v1.A").unwrap()).shape else { panic!() };
        assert_eq!(fields.len(), 2);
        assert!(Field::find(fields, "c").unwrap().default.is_some());
    }
}
