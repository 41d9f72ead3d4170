//! The way of an object through the API server, up to where policies see it.

use seawall_core::{Problem, ProblemSeverity};
use seawall_yaml::{Tree, TreeBuilder};

use crate::decode::Decoder;
use crate::value::Value;
use crate::{Schema, create, custom, defaults, encode, plugins};

/// How far an object goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// It is created: what a client may not set then (its status) is reset, and what the API server sets is set, but for
    /// what only a cluster knows (addresses of services, identifiers, times). Validating policies see objects so,
    /// mutating ones as they are before.
    pub creation: bool,
    /// The admission plugins that are on by default and need no cluster are applied: `ServiceAccount`,
    /// `DefaultTolerationSeconds`, `Priority`, `StorageObjectInUseProtection`. The random end of the name of the token's
    /// volume is `00000`.
    pub plugins: bool,
}

/// What became of an object.
#[derive(Clone, Debug)]
pub struct Admitted {
    /// The object as policies see it; without a text, so without spans.
    pub tree: Tree,
    /// What the API server would refuse (errors; such a value stays out) or drop (warnings), with positions in the text
    /// of the object that came in.
    pub problems: Vec<Problem>,
}

impl Admitted {
    /// Whether the API server would refuse to decode the object.
    pub fn is_refused(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == ProblemSeverity::Error)
    }
}

/// Decodes, defaults and encodes an object of a type, as the API server does.
pub fn admitted(tree: &Tree, schema: Schema<'_>, admission: Admission) -> Admitted {
    let Schema { table, def } = schema;
    let root = tree.root();
    let mut decoder = Decoder::new(table, root);
    let mut out = TreeBuilder::new(None);
    if def.embedded {
        let mut object = custom::prune(&mut decoder, def, root);
        custom::fill(table, def, &mut object);
        if admission.creation {
            create::custom_resource(schema, &mut object);
        }
        object.write(&mut out);
    } else {
        let mut object = decoder.value(def, root).unwrap_or_else(Value::map);
        defaults::fill(table, def, &mut object);
        if admission.plugins {
            plugins::apply(&def.name, &mut object);
        }
        if admission.creation {
            create::prepare(def, &mut object);
        }
        encode::write(table, def, &object, &mut out);
    }
    Admitted { tree: out.finish(), problems: decoder.problems }
}
