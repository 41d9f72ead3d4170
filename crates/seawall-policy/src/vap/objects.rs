//! The objects of a request in the versions in which policies want to see them.

use seawall_yaml::{Node, Tree};

use super::convert::with_version;
use super::kinds::Conversion;
use super::matching::Subject;
use super::world::World;
use crate::admission::Request;

/// For each resource as which a request is judged: its objects, or why they are not known.
#[derive(Debug)]
pub(crate) struct Objects<'a> {
    request: (Option<Node<'a>>, Option<Node<'a>>),
    by_subject: Vec<Version>,
}

#[derive(Debug)]
enum Version {
    /// As they came.
    Own,
    Converted(Option<Tree>, Option<Tree>),
    Unknown(String),
}

impl<'a> Objects<'a> {
    /// Converts the objects of a request where that is needed.
    pub(crate) fn of(request: &Request<'a>, subjects: &[Subject<'a>], world: &World<'a>) -> Self {
        let version = |subject: &Subject<'a>| {
            let (group, version, kind) = &subject.kind;
            if (&**group, &**version, &**kind) == request.kind {
                return Version::Own;
            }
            let wanted = format!("{group}/{version}");
            match world.kinds().conversion(group, kind) {
                Some(Conversion::None) => {
                    let convert =
                        |object: Option<Node<'_>>| object.map(|object| with_version(object, &wanted));
                    Version::Converted(convert(request.object), convert(request.old_object))
                }
                Some(Conversion::Webhook) | None => Version::Unknown(format!(
                    "it wants to see the object as `{wanted}`, and how it gets there from `{}` is not known here",
                    request.kind.1
                )),
            }
        };
        let by_subject = subjects.iter().map(version).collect();
        Objects { request: (request.object, request.old_object), by_subject }
    }

    /// The new and the old object for a resource.
    #[allow(clippy::type_complexity, reason = "two optional nodes are what they are")]
    pub(crate) fn get(&'a self, subject: usize) -> Result<(Option<Node<'a>>, Option<Node<'a>>), &'a str> {
        match self.by_subject.get(subject) {
            None | Some(Version::Own) => Ok(self.request),
            Some(Version::Converted(new, old)) => {
                Ok((new.as_ref().map(Tree::root), old.as_ref().map(Tree::root)))
            }
            Some(Version::Unknown(reason)) => Err(reason),
        }
    }
}
