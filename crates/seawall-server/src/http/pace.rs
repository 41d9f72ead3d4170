//! How fast a client is: when the head of a request began to arrive, and since when it takes no byte.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What a connection is at.
#[derive(Debug, Default)]
struct State {
    /// A request is being answered; its bytes have a deadline of their own.
    answering: bool,
    head_since: Option<Instant>,
    writing_since: Option<Instant>,
}

/// Shared by the stream, which sees bytes, and the connection, which sees requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace(Arc<Mutex<State>>);

impl Pace {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The head of a request has arrived.
    pub(super) fn begin(&self) {
        self.with(|state| {
            state.answering = true;
            state.head_since = None;
        });
    }

    /// The answer was made.
    pub(super) fn end(&self) {
        self.with(|state| state.answering = false);
    }

    /// When patience ends: a time that has passed is one at which it has ended.
    pub(super) fn deadline(&self, head: Duration, write: Duration) -> Option<Instant> {
        self.with(|state| {
            let head = state.head_since.map(|since| since + head);
            let write = state.writing_since.map(|since| since + write);
            head.into_iter().chain(write).min()
        })
    }
}

/// A stream that is watched.
pub(super) struct Paced<S> {
    inner: S,
    pace: Pace,
}

impl<S> Paced<S> {
    pub(super) fn new(inner: S, pace: Pace) -> Self {
        Paced { inner, pace }
    }

    fn wrote<T>(&self, result: Poll<T>) -> Poll<T> {
        self.pace.with(|state| match &result {
            Poll::Pending => _ = state.writing_since.get_or_insert_with(Instant::now),
            Poll::Ready(_) => state.writing_since = None,
        });
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.inner).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.pace.with(|state| {
                if !state.answering {
                    state.head_since.get_or_insert_with(Instant::now);
                }
            });
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.wrote(result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_flush(context);
        self.wrote(result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.inner).poll_shutdown(context);
        self.wrote(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, parts);
        self.wrote(result)
    }
}
