//! What the authorizer was asked.

use std::borrow::Cow;

use crate::Event;

/// What a request wants to act on, as the authorizer sees it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Action<'a> {
    /// An object or a collection.
    Resource {
        /// The API group; empty for the core.
        group: &'a str,
        /// The resource in plural.
        resource: &'a str,
        /// The part of it; empty for the whole.
        subresource: &'a str,
        /// The namespace; empty at cluster scope.
        namespace: &'a str,
        /// The name; empty when the authorizer saw none.
        name: &'a str,
    },
    /// A path that belongs to no resource.
    Path(Cow<'a, str>),
}

/// One request to the authorizer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Request<'a> {
    /// The verb; for paths the HTTP method in lower case.
    pub verb: &'a str,
    /// What it acts on.
    pub action: Action<'a>,
}

impl Event<'_> {
    /// The question that the authorizer answered for this event; `None` without a verb.
    ///
    /// The event of an accepted `create` names what was created (the server takes it from the body), while the authorizer
    /// was asked without a name, because the path has none; the same holds for `deletecollection`. Parts of an object
    /// (`pods/exec`) have the name in their path. `list` and `watch` have a name when the client selects by the field
    /// `metadata.name`, and then the authorizer saw it (`RequestInfoFactory`, apiserver `pkg/endpoints/request`).
    pub fn request(&self) -> Option<Request<'_>> {
        if self.verb.is_empty() {
            return None;
        }
        let verb = &*self.verb;
        let Some(object) = self.object.as_deref().filter(|object| !object.resource.is_empty()) else {
            let path = self.request_uri.split(['?', '#']).next().filter(|path| !path.is_empty())?;
            return Some(Request { verb, action: Action::Path(unescaped(path)) });
        };
        let nameless = verb == "deletecollection" || verb == "create" && object.subresource.is_empty();
        Some(Request {
            verb,
            action: Action::Resource {
                group: &object.group,
                resource: &object.resource,
                subresource: &object.subresource,
                namespace: &object.namespace,
                name: if nameless { "" } else { &object.name },
            },
        })
    }
}

/// The path with `%XX` decoded, as the server's router and authorizer see it.
fn unescaped(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        match (first, tail) {
            (b'%', [high, low, after @ ..])
                if let Some(high) = hex(high)
                    && let Some(low) = hex(low) =>
            {
                bytes.push(high << 4 | low);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_in_paths() {
        for (path, seen) in
            [("/a%2Fb", "/a/b"), ("/a%zz%4", "/a%zz%4"), ("/%C3%BC%ff", "/ü\u{fffd}"), ("/plain", "/plain")]
        {
            assert_eq!(unescaped(path), seen);
        }
    }
}
