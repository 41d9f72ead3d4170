//! Reading a cluster: discovery, then all kinds, a few at a time, handed over in a fixed order.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use seawall_yaml::Limits;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::ClusterError;
use crate::client::Client;
use crate::discovery::discover;
use crate::header::{Summary, header, summary};
use crate::kinds::{Listable, is_path_word};
use crate::list::{Outcome, Part, list};
use crate::retry::Patience;

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Kinds that are done, whatever came of them.
    pub done: usize,
    /// Kinds that the server has.
    pub kinds: usize,
    /// Objects so far.
    pub objects: u64,
}

/// How to read a cluster.
#[derive(Clone, Debug)]
pub struct Options {
    /// Only these namespaces (and what has none); all when empty.
    pub namespaces: Vec<String>,
    /// Objects of a page.
    pub page: u32,
    /// Kinds that are listed at the same time.
    pub parallel: usize,
    /// How long the server may say nothing.
    pub silence: Duration,
    /// How to wait for a busy server.
    pub patience: Patience,
    /// What one object may cost.
    pub limits: Limits,
    /// Bytes of memory that all objects of a kind may take where they are held ([`Watch`](crate::Watch)).
    pub list_bytes: usize,
    /// Whether the OpenAPI documents of the server are read, too ([`Documents`](crate::Documents)).
    pub documents: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            namespaces: Vec::new(),
            page: 500,
            parallel: 4,
            silence: Duration::from_secs(60),
            patience: Patience::default(),
            limits: Limits::default(),
            list_bytes: 256 << 20,
            documents: false,
        }
    }
}

/// Where objects go, kind by kind.
pub(crate) trait Sink {
    type Part: Part;
    /// A place for one more kind; they are filled at the same time.
    fn part(&self) -> io::Result<Self::Part>;
    /// Takes the kinds in their order.
    fn accept(&mut self, part: Self::Part) -> io::Result<()>;
}

/// Reads everything; gives the header record and what came of it.
pub(crate) async fn read<S: Sink>(
    client: &Client,
    options: &Options,
    sink: &mut S,
    progress: &mut dyn FnMut(Progress),
) -> Result<(String, Summary), ClusterError> {
    if let Some(bad) = options.namespaces.iter().find(|name| !is_path_word(name)) {
        return Err(ClusterError::BadNamespace(bad.clone()));
    }
    let discovery = discover(client, &options.patience).await?;
    let counter = Arc::new(AtomicU64::new(0));
    let turn = Arc::new(Semaphore::new(options.parallel.max(1)));
    let shared = Arc::new(options.clone());
    // Dropping the set ends all lists: nothing goes on behind the back of a caller that gave up.
    let mut lists = JoinSet::new();
    for (at, listable) in discovery.kinds.iter().cloned().enumerate() {
        let (client, options) = (client.clone(), Arc::clone(&shared));
        let (turn, counter) = (Arc::clone(&turn), Arc::clone(&counter));
        let mut part = sink.part()?;
        lists.spawn(async move {
            let _permit = turn.acquire_owned().await;
            let listed = list(&client, &listable, &options, &mut part, &counter).await;
            (at, listable, listed, part)
        });
    }
    let mut waiting: BTreeMap<usize, S::Part> = BTreeMap::new();
    let mut outcomes: BTreeMap<usize, (Listable, Outcome, u64)> = BTreeMap::new();
    let mut next = 0;
    while let Some(joined) = lists.join_next().await {
        let (at, listable, listed, part) = joined.map_err(io::Error::other)?;
        let (outcome, count) = listed?;
        outcomes.insert(at, (listable, outcome, count));
        waiting.insert(at, part);
        while let Some(part) = waiting.remove(&next) {
            sink.accept(part)?;
            next += 1;
        }
        progress(Progress {
            done: outcomes.len(),
            kinds: discovery.kinds.len(),
            objects: counter.load(Ordering::Relaxed),
        });
    }
    let outcomes: Vec<_> = outcomes.into_values().collect();
    Ok((header(&discovery, &outcomes, &options.namespaces), summary(&discovery, &outcomes)))
}

/// Runs to the end on threads of its own; `interruptible` ends it on Ctrl-C and SIGTERM.
pub(crate) fn block_on<T>(
    work: impl Future<Output = Result<T, ClusterError>>,
    interruptible: bool,
) -> Result<T, ClusterError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let result = runtime.block_on(async {
        if !interruptible {
            return work.await;
        }
        let mut work = std::pin::pin!(work);
        let mut end = std::pin::pin!(interrupted());
        std::future::poll_fn(|context| {
            if let std::task::Poll::Ready(()) = end.as_mut().poll(context) {
                return std::task::Poll::Ready(Err(ClusterError::Interrupted));
            }
            work.as_mut().poll(context)
        })
        .await
    });
    // A credential plugin that hangs must not keep the process.
    runtime.shutdown_background();
    result
}

/// Ends when the user or the system wants this to end; never, where there are no signals.
async fn interrupted() {
    #[cfg(unix)]
    {
        let kind = tokio::signal::unix::SignalKind::terminate();
        if let Ok(mut terminate) = tokio::signal::unix::signal(kind) {
            let mut control_c = std::pin::pin!(tokio::signal::ctrl_c());
            return std::future::poll_fn(|context| {
                if control_c.as_mut().poll(context).is_ready() || terminate.poll_recv(context).is_ready() {
                    return std::task::Poll::Ready(());
                }
                std::task::Poll::Pending
            })
            .await;
        }
    }
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
