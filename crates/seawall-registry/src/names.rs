//! Names of hosts become addresses.
//!
//! The system's resolver cannot be told to stop: whoever gave up still holds a thread until it answers, and who answers for a
//! name that somebody chose may take as long as it likes. So the names that no configuration knows share a part of the threads.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs as _};
use std::sync::Arc;

use tokio::sync::Semaphore;

/// Asks the system, on a thread that may wait.
type Resolver = fn(&str, u16) -> io::Result<Vec<SocketAddr>>;

/// Finds addresses.
#[derive(Clone)]
pub(crate) struct Names {
    strangers: Arc<Semaphore>,
    resolver: Resolver,
}

impl Names {
    /// So many names at once that nobody knows.
    pub(crate) fn new(strangers: usize) -> Self {
        Names { strangers: Arc::new(Semaphore::new(strangers)), resolver: system }
    }

    /// The addresses of a host, of which the configuration knows the name or not.
    pub(crate) async fn addresses(&self, host: &str, port: u16, known: bool) -> io::Result<Vec<SocketAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let turn = match known {
            true => None,
            false => Some(Arc::clone(&self.strangers).acquire_owned().await.map_err(io::Error::other)?),
        };
        let (resolver, host) = (self.resolver, host.to_owned());
        let asked = tokio::task::spawn_blocking(move || {
            // Held until the resolver is done, not until whoever asked gives up.
            let _turn = turn;
            resolver(&host, port)
        });
        asked.await.map_err(io::Error::other)?
    }
}

fn system(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok((host, port).to_socket_addrs()?.collect())
}

#[cfg(test)]
mod tests {
    use std::sync::{Condvar, Mutex};

    use super::*;

    static HANGING: Mutex<bool> = Mutex::new(true);
    static RELEASED: Condvar = Condvar::new();

    /// Answers at once for `known`, and for others when it is told to.
    fn hangs(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        if host != "known" {
            let hanging = HANGING.lock().unwrap();
            drop(RELEASED.wait_while(hanging, |hanging| *hanging).unwrap());
        }
        Ok(vec![SocketAddr::from(([10, 0, 0, 1], port))])
    }

    #[test]
    fn a_resolver_that_hangs_for_strangers_answers_for_those_that_are_known() {
        let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(2).build().unwrap();
        runtime.block_on(async {
            let names = Names { strangers: Arc::new(Semaphore::new(1)), resolver: hangs };
            let ask = |host: &'static str| {
                let names = names.clone();
                tokio::spawn(async move { names.addresses(host, 443, false).await })
            };
            let strangers = [ask("a"), ask("b"), ask("c")];
            while names.strangers.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            // Whoever stops waiting makes no room: the thread is still held.
            strangers[0].abort();
            tokio::task::yield_now().await;
            assert_eq!(names.strangers.available_permits(), 0);
            assert!(names.addresses("known", 443, true).await.is_ok());
            *HANGING.lock().unwrap() = false;
            RELEASED.notify_all();
            let [_, second, third] = strangers;
            assert!(second.await.unwrap().is_ok() && third.await.unwrap().is_ok());
        });
    }
}
