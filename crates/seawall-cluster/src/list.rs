//! One kind, listed page by page.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};

use seawall_yaml::Tree;
use seawall_yaml::json::read_json_bytes;

use crate::answer::Failure;
use crate::client::Client;
use crate::discovery::PLAIN;
use crate::items::Items;
use crate::kinds::{Listable, Reading};
use crate::objects::Objects;
use crate::read::Options;
use crate::retry::{Denied, Waiting, get};

const METADATA_ONLY: &str =
    "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
/// A page larger than this makes the next one smaller.
const LARGE_PAGE: usize = 16 << 20;
/// Objects of the smallest page.
const SMALLEST_PAGE: u32 = 10;
/// How often a list that expired is begun again: in pages, in larger pages, and at last in one go, which cannot expire.
pub(crate) const ATTEMPTS: u32 = 3;

/// Where the objects of one kind go.
pub(crate) trait Part: Send + 'static {
    /// One object more.
    fn push(&mut self, tree: Tree) -> io::Result<()>;
    /// All objects so far are void.
    fn restart(&mut self) -> io::Result<()>;
    /// There will be no more.
    fn finish(&mut self) -> io::Result<()>;
}

/// What came of listing a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Read,
    /// It was not read to its end, and why.
    Refused(String),
    /// It is not there any more.
    Gone,
    LeftOut(&'static str),
}

/// A list that ended before its end.
pub(crate) enum Stop {
    Expired,
    Denied(Denied),
    Damaged(String),
    Keep(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Stop::Keep(error)
    }
}

/// Lists one kind into a part; the number of objects counts up in `counter`.
pub(crate) async fn list<P: Part>(
    client: &Client,
    listable: &Listable,
    options: &Options,
    part: &mut P,
    counter: &AtomicU64,
) -> io::Result<(Outcome, u64)> {
    if let Reading::LeftOut(why) = listable.reading() {
        return Ok((Outcome::LeftOut(why), 0));
    }
    let everywhere = options.namespaces.is_empty() || !listable.namespaced;
    let scopes: Vec<Option<&str>> = if everywhere {
        vec![None]
    } else {
        options.namespaces.iter().map(|name| Some(name.as_str())).collect()
    };
    let mut count = 0;
    for attempt in 0..ATTEMPTS {
        count = 0;
        let limit = match attempt {
            0 => Some(options.page),
            attempt if attempt + 1 < ATTEMPTS => Some(options.page.saturating_mul(4)),
            _ => None,
        };
        let mut stop = None;
        for scope in &scopes {
            let mut listing = Listing::new(client, listable, options);
            if let Err(why) = listing.run(listable.path(*scope), limit, part, counter, &mut count).await {
                stop = Some(why);
                break;
            }
        }
        let outcome = match stop {
            None => Outcome::Read,
            Some(Stop::Expired) => {
                part.restart()?;
                counter.fetch_sub(count, Ordering::Relaxed);
                continue;
            }
            Some(Stop::Denied(denied)) if matches!(denied.status(), Some(404 | 405)) => Outcome::Gone,
            Some(Stop::Denied(denied)) => Outcome::Refused(denied.message()),
            Some(Stop::Damaged(why)) => Outcome::Refused(why),
            Some(Stop::Keep(error)) => return Err(error),
        };
        part.finish()?;
        return Ok((outcome, count));
    }
    part.finish()?;
    Ok((Outcome::Refused("the list expired again and again".to_owned()), count))
}

/// One list of one kind.
pub(crate) struct Listing<'a> {
    client: &'a Client,
    listable: &'a Listable,
    options: &'a Options,
    objects: Objects,
}

/// One page that arrived whole.
struct Page {
    trees: Vec<Tree>,
    bytes: usize,
    next: Option<String>,
    /// The state of the cluster that the list shows.
    version: Option<String>,
}

impl<'a> Listing<'a> {
    pub(crate) fn new(client: &'a Client, listable: &'a Listable, options: &'a Options) -> Self {
        Listing { client, listable, options, objects: Objects::new(listable, &options.limits) }
    }

    /// Reads all pages; gives the version of the state that they show, from which a watch can go on.
    pub(crate) async fn run<P: Part>(
        &mut self,
        path: String,
        mut limit: Option<u32>,
        part: &mut P,
        counter: &AtomicU64,
        count: &mut u64,
    ) -> Result<Option<String>, Stop> {
        let mut token: Option<String> = None;
        loop {
            let mut query = String::new();
            if let Some(limit) = limit {
                query.push_str(&format!("?limit={limit}"));
            }
            if let Some(token) = &token {
                query.push_str(if query.is_empty() { "?continue=" } else { "&continue=" });
                percent_encode(token, &mut query);
            }
            let page = self.page(&format!("{path}{query}")).await?;
            for tree in page.trees {
                part.push(tree)?;
                *count += 1;
                counter.fetch_add(1, Ordering::Relaxed);
            }
            if page.next.is_none() {
                return Ok(page.version);
            }
            if page.next == token {
                return Err(Stop::Damaged("the list does not get on: the same `continue` twice".to_owned()));
            }
            token = page.next;
            if page.bytes > LARGE_PAGE {
                limit = limit.map(|limit| (limit / 2).max(SMALLEST_PAGE));
            }
        }
    }

    /// One page; what broke off is asked for again.
    async fn page(&mut self, path: &str) -> Result<Page, Stop> {
        let accept = if self.listable.reading() == Reading::Metadata { METADATA_ONLY } else { PLAIN };
        let mut waiting = Waiting::new(&self.options.patience);
        loop {
            let mut answer = match get(self.client, path, accept, &mut waiting).await {
                Ok(answer) => answer,
                Err(denied) if denied.status() == Some(410) => return Err(Stop::Expired),
                Err(denied) => return Err(Stop::Denied(denied)),
            };
            let mut items = Items::new(self.options.limits.document_bytes as usize);
            let mut page = Page { trees: Vec::new(), bytes: 0, next: None, version: None };
            let mut damage = None;
            let broken: Failure = loop {
                let objects = &mut self.objects;
                let fed = answer.next(|part| {
                    page.bytes += part.len();
                    items.feed(part, |item| match objects.read(item) {
                        Ok(tree) => page.trees.push(tree),
                        Err(why) => damage = Some(why),
                    })
                });
                match fed.await {
                    Ok(Some(Ok(()))) => {}
                    Ok(Some(Err(no_list))) => return Err(Stop::Damaged(no_list.to_string())),
                    Ok(None) => {
                        if let Some(why) = damage {
                            return Err(Stop::Damaged(why));
                        }
                        let metadata =
                            items.finish().map_err(|no_list| Stop::Damaged(no_list.to_string()))?;
                        page.next = text_of(&metadata, "continue", &self.options.limits);
                        page.version = text_of(&metadata, "resourceVersion", &self.options.limits);
                        return Ok(page);
                    }
                    Err(failure) => break failure,
                }
            };
            if !waiting.again(None).await {
                return Err(Stop::Denied(Denied::Failed(broken)));
            }
        }
    }
}

fn text_of(metadata: &[u8], key: &str, limits: &seawall_yaml::Limits) -> Option<String> {
    let (tree, _) = read_json_bytes(metadata, limits);
    tree?.root().str(key).filter(|token| !token.is_empty()).map(str::to_owned)
}

/// Appends a text as a part of a query.
pub(crate) fn percent_encode(text: &str, out: &mut String) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_are_encoded() {
        let mut out = String::new();
        super::percent_encode("aZ9-._~+/=&ü", &mut out);
        assert_eq!(out, "aZ9-._~%2B%2F%3D%26%C3%BC");
    }
}
