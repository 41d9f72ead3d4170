//! One connection: handshake, requests one after the other, the end.

use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_rustls::TlsAcceptor;

use super::pace::{Pace, Paced};
use super::{Phase, Server};

/// The head of a request: an API server sends less than one kilobyte.
const HEAD_BYTES: usize = 32 << 10;

/// Headers of a request.
const HEADERS: usize = 64;

impl Server {
    /// Serves a connection to its end.
    pub(super) async fn connection(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let acceptor = TlsAcceptor::from(self.certificates.server_config());
        let metrics = Arc::clone(self.desk.metrics());
        match timeout(self.limits.handshake, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => {
                metrics.connections.fetch_add(1, Ordering::Relaxed);
                if let Ended::Slow = Arc::clone(&self).requests(stream).await {
                    metrics.rejected.add(&["slow"]);
                }
                metrics.connections.fetch_sub(1, Ordering::Relaxed);
            }
            Ok(Err(_)) => metrics.rejected.add(&["handshake"]),
            Err(_) => metrics.rejected.add(&["slow-handshake"]),
        }
    }

    async fn requests(self: Arc<Self>, stream: impl AsyncRead + AsyncWrite + Unpin) -> Ended {
        let pace = Pace::default();
        let server = Arc::clone(&self);
        let of_requests = pace.clone();
        let service = service_fn(move |request| {
            let (server, pace) = (Arc::clone(&server), of_requests.clone());
            pace.begin();
            async move {
                let answer = server.answer(request).await;
                pace.end();
                Ok::<_, Infallible>(answer)
            }
        });
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(self.limits.idle)
            .max_buf_size(HEAD_BYTES)
            .max_headers(HEADERS);
        let io = TokioIo::new(Paced::new(stream, pace.clone()));
        let mut connection = pin!(http.serve_connection(io, service));
        let mut phase = self.phase.subscribe();
        let mut draining = pin!(async move {
            // An error means that the server is gone; then there is nothing to drain.
            let _ = phase.wait_for(|phase| *phase == Phase::Draining).await;
        });
        let mut told = false;
        let (head, write) = (self.limits.head, self.limits.write);
        let look_again = || pace.deadline(head, write).unwrap_or_else(|| Instant::now() + head.min(write));
        let mut timer = pin!(sleep_until(look_again()));
        std::future::poll_fn(|context| {
            if !told && draining.as_mut().poll(context).is_ready() {
                told = true;
                connection.as_mut().graceful_shutdown();
            }
            if connection.as_mut().poll(context).is_ready() {
                return Poll::Ready(Ended::Done);
            }
            while timer.as_mut().poll(context).is_ready() {
                if pace.deadline(head, write).is_some_and(|deadline| deadline <= Instant::now()) {
                    return Poll::Ready(Ended::Slow);
                }
                timer.as_mut().reset(look_again());
            }
            Poll::Pending
        })
        .await
    }
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    /// By the client, by the server's will, or by a fault of the protocol.
    Done,
    /// The client took too long.
    Slow,
}
