//! From the listening socket to connections, and to the end of all of them.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Phase, Server};

/// After a failed accept (no file descriptors left) nothing gets better at once.
const AFTER_FAILURE: Duration = Duration::from_millis(50);

impl Server {
    /// Serves until `stop` is done, then lets open requests finish. Whether all of them did.
    pub async fn serve(self: Arc<Self>, listener: TcpListener, stop: impl Future<Output = ()>) -> bool {
        self.accept_until(&listener, stop).await;
        self.phase.send_replace(Phase::LameDuck);
        self.accept_until(&listener, tokio::time::sleep(self.limits.lame_duck)).await;
        drop(listener);
        self.phase.send_replace(Phase::Draining);
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        timeout(self.limits.drain, self.connections.acquire_many(all)).await.is_ok()
    }

    async fn accept_until(self: &Arc<Self>, listener: &TcpListener, stop: impl Future<Output = ()>) {
        let mut stop = pin!(stop);
        loop {
            let next = std::future::poll_fn(|context| {
                if stop.as_mut().poll(context).is_ready() {
                    return Poll::Ready(None);
                }
                listener.poll_accept(context).map(Some)
            });
            match next.await {
                None => return,
                Some(Ok((stream, _))) => self.take(stream),
                Some(Err(_)) => {
                    self.desk.metrics().rejected.add(&["accept"]);
                    tokio::time::sleep(AFTER_FAILURE).await;
                }
            }
        }
    }

    fn take(self: &Arc<Self>, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.connections).try_acquire_owned() else {
            self.desk.metrics().rejected.add(&["connections"]);
            return;
        };
        // An answer is one small write: it must not wait for the next one.
        let _ = stream.set_nodelay(true);
        let server = Arc::clone(self);
        tokio::spawn(async move {
            server.connection(stream).await;
            drop(permit);
        });
    }
}
