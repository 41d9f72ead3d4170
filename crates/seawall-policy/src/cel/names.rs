//! The names that expressions may use.

use super::Version;

/// The place of a variable's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot(pub(super) usize);

/// The record whose fields are a policy's own variables.
const VARIABLES: &str = "variables";

/// The variables that expressions may name, the container in which names are looked for first, and the release and the
/// kind of policy that decide which functions and types there are.
#[derive(Clone, Debug, Default)]
pub struct Names {
    variables: Vec<String>,
    container: String,
    version: Version,
    mutation: bool,
    language: bool,
}

impl Names {
    /// No variables, no container, the newest release of Kubernetes.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in a container: `y` is `a.b.y`, then `a.y`, then `y`.
    #[must_use]
    pub fn within(mut self, container: &str) -> Self {
        container.clone_into(&mut self.container);
        self
    }

    /// Those of the language definition, where the API server differs from it: repeated keys in a map, what `format` writes,
    /// fields of scalars, milliseconds of durations. Nothing is refused beforehand but unknown names.
    pub fn language() -> Self {
        Names { language: true, ..Self::default() }
    }

    /// The same as of a release: what came later is an unknown name.
    #[must_use]
    pub fn at(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// The same with what mutations have: `Object{…}`, `JSONPatch{…}`, `jsonpatch.escapeKey`.
    #[must_use]
    pub fn for_mutation(mut self) -> Self {
        self.mutation = true;
        self
    }

    /// Declares a variable; its name may have dots. A name that is known keeps its place.
    pub fn declare(&mut self, name: &str) -> Slot {
        self.slot(name).unwrap_or_else(|| {
            self.variables.push(name.to_owned());
            Slot(self.variables.len() - 1)
        })
    }

    /// Declares `variables.<name>`, a policy's own variable. A name that is known keeps its place: of two variables of one
    /// name the later one counts.
    pub fn declare_composited(&mut self, name: &str) -> Slot {
        self.declare(&format!("{VARIABLES}.{name}"))
    }

    /// The place of a variable.
    pub fn slot(&self, name: &str) -> Option<Slot> {
        self.variables.iter().position(|own| own == name).map(Slot)
    }

    /// The container.
    pub fn container(&self) -> &str {
        &self.container
    }

    /// The release.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether the language definition decides where the API server differs.
    pub fn is_language(&self) -> bool {
        self.language
    }

    /// Whether the types of mutations are known.
    pub fn is_for_mutation(&self) -> bool {
        self.mutation
    }
}

/// The name within a policy of a variable that is its own.
pub(super) fn composited(name: &str) -> Option<&str> {
    name.strip_prefix(VARIABLES)?.strip_prefix('.')
}
