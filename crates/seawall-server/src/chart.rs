//! What the templates of the chart know of exemptions: made from the rows, so that both exempt the same.

use std::fmt::Write as _;

use crate::exempt::{BUILT_IN, Exempts};
use crate::manifests::condition;

/// Named templates of Helm: `seawall.notExempt`, the expression that tells what is asked about at all, and
/// `seawall.builtInNamespaces`, YAML with the exempt namespaces by the ids of their rows.
pub fn exempt_templates() -> String {
    let mut out = String::from(
        "{{/* Made by `cargo xtask generate` from the exemptions of the server; edits are lost. */}}\n\n\
         {{- define \"seawall.notExempt\" -}}\n",
    );
    out.extend(condition().split_whitespace().flat_map(|word| [word, " "]));
    out.truncate(out.trim_end().len());
    out.push_str("\n{{- end -}}\n\n{{- define \"seawall.builtInNamespaces\" -}}\n");
    for row in BUILT_IN {
        if let Exempts::Namespace(name) = row.exempts {
            _ = writeln!(out, "{}: {name}", row.id);
        }
    }
    out.push_str("{{- end -}}\n");
    out
}
