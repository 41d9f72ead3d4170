//! Starts everything and ends with the process: sockets, certificates, signals.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::clock::Clock;
use crate::desk::Desk;
use crate::http::{Server, ServerLimits};
use crate::tls::{
    BundleFile, CertificateStore, Certificates, Directory, Files, Keeper, Lifetimes, TlsError, Trust,
};

/// How often files are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// Where the certificate comes from.
#[derive(Clone, Debug)]
pub enum CertificateSource {
    /// Somebody else renews these files.
    Files {
        /// The chain, PEM.
        certificate: PathBuf,
        /// The key, PEM.
        key: PathBuf,
    },
    /// An authority of one's own, kept in a folder; what clients are to trust is its file `ca.crt`.
    Directory {
        /// The folder.
        path: PathBuf,
        /// The names of the server.
        names: Vec<String>,
    },
    /// An authority of one's own, kept in a Secret; the API server is told whom to trust.
    #[cfg(feature = "write")]
    Cluster {
        /// The way to the cluster: a context of the kubeconfig, or the pod's own identity.
        access: seawall_cluster::Access,
        /// The namespace of the Secret and of the service.
        namespace: String,
        /// The Secret.
        secret: String,
        /// The service that the API server calls.
        service: String,
        /// The names of the server.
        names: Vec<String>,
    },
}

/// How far loading got.
pub enum Loaded {
    /// The desk has its judges and its inventory.
    Whole,
    /// Both come from a cluster, and change with it.
    #[cfg(feature = "live")]
    From(Box<crate::live::Follow>),
}

/// What a server needs.
pub struct Run {
    /// Who decides.
    pub desk: Arc<Desk>,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Where the certificate comes from.
    pub certificates: CertificateSource,
    /// How long certificates of one's own hold.
    pub lifetimes: Lifetimes,
    /// Bounds.
    pub limits: ServerLimits,
}

/// Why a server could not start.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// No socket, no thread.
    #[error("{what}: {error}")]
    System {
        /// What was tried.
        what: String,
        /// What came of it.
        error: std::io::Error,
    },
    /// No certificate.
    #[error("certificates: {0}")]
    Tls(#[from] TlsError),
    /// Policies or inventory could not be loaded.
    #[error("{0}")]
    Load(String),
}

fn system(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> RunError {
    let what = what.into();
    move |error| RunError::System { what, error }
}

/// Something that looks after certificates.
enum Certified {
    Files(Files),
    Keeper(Keeper, Duration),
}

impl Certified {
    fn every(&self) -> Duration {
        match self {
            Certified::Files(_) => LOOK,
            Certified::Keeper(_, every) => *every,
        }
    }

    async fn tend(&self) -> Result<(), TlsError> {
        match self {
            Certified::Files(files) => files.look().map(|_| ()),
            Certified::Keeper(keeper, _) => keeper.tend().await,
        }
    }
}

impl Run {
    /// Serves until a signal (SIGTERM, SIGINT) or a failure. `load` gives the desk its judges and its inventory, or says
    /// where they come from, while the server is alive and not ready; `tell` gets the address that is listened on, and whatever else goes wrong on the way.
    /// Whether all requests were answered in the end.
    ///
    /// # Errors
    /// When the server cannot start.
    pub fn run(
        self,
        load: impl FnOnce(&Desk) -> Result<Loaded, String> + Send + 'static,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<bool, RunError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(socket_threads())
            // One for each judge, one that loads.
            .max_blocking_threads(self.limits.workers + 1)
            .enable_all()
            .build()
            .map_err(system("threads could not be started"))?;
        let finished = runtime.block_on(self.serve(load, tell));
        // A policy that does not end is not waited for.
        runtime.shutdown_background();
        finished
    }

    async fn serve(
        self,
        load: impl FnOnce(&Desk) -> Result<Loaded, String> + Send + 'static,
        tell: impl Fn(&str) + Send + Sync + 'static,
    ) -> Result<bool, RunError> {
        let stop = stop_signal().map_err(system("signals cannot be waited for"))?;
        let certificates = Arc::new(Certificates::new(Arc::clone(self.desk.metrics()))?);
        let certified = self.certified(&certificates).await?;
        certified.tend().await?;
        let listener = TcpListener::bind(self.listen).await.map_err(system(format!("`{}`", self.listen)))?;
        let address = listener.local_addr().map_err(system("the socket has no address"))?;
        tell(&format!("listening on {address}"));
        let server = Arc::new(Server::new(Arc::clone(&self.desk), self.limits, certificates));
        let tell = Arc::new(tell);
        let looking = tokio::spawn({
            let tell = Arc::clone(&tell);
            async move {
                loop {
                    tokio::time::sleep(certified.every()).await;
                    if let Err(error) = certified.tend().await {
                        tell(&format!("certificates: {error}"));
                    }
                }
            }
        });
        let (failed, failure) = tokio::sync::oneshot::channel();
        tokio::spawn({
            let (server, desk) = (Arc::clone(&server), Arc::clone(&self.desk));
            async move {
                let reason = loaded(load, desk, &*tell, || {
                    server.set_loaded();
                    tell("ready");
                });
                _ = failed.send(reason.await);
            }
        });
        let mut reason = None;
        let finished = server.serve(listener, either(stop, failure, &mut reason)).await;
        looking.abort();
        match reason {
            Some(reason) => Err(RunError::Load(reason)),
            None => Ok(finished),
        }
    }

    async fn certified(&self, certificates: &Arc<Certificates>) -> Result<Certified, TlsError> {
        let clock: Arc<dyn Clock> = Arc::clone(self.desk.clock());
        let keeper = |store: Arc<dyn CertificateStore>, trust: Arc<dyn Trust>, names: &[String]| {
            let certificates = Arc::clone(certificates);
            Certified::Keeper(
                Keeper::new(store, trust, certificates, clock, names.to_vec(), self.lifetimes.clone()),
                self.lifetimes.every,
            )
        };
        Ok(match &self.certificates {
            CertificateSource::Files { certificate, key } => {
                Certified::Files(Files::new(certificate.clone(), key.clone(), Arc::clone(certificates)))
            }
            CertificateSource::Directory { path, names } => {
                keeper(Arc::new(Directory::new(path)?), Arc::new(BundleFile(path.join("ca.crt"))), names)
            }
            #[cfg(feature = "write")]
            CertificateSource::Cluster { access, namespace, secret, service, names } => {
                let writer =
                    seawall_cluster::Writer::open(access, seawall_cluster::Patience::default()).await;
                let writer = writer.map_err(|error| TlsError::Store(error.to_string()))?;
                let cluster = Arc::new(crate::tls::Cluster {
                    writer: Arc::new(writer),
                    namespace: namespace.clone(),
                    secret: secret.clone(),
                    service: service.clone(),
                });
                keeper(Arc::clone(&cluster) as Arc<dyn CertificateStore>, cluster, names)
            }
        })
    }
}

/// Threads that serve sockets: they only carry bytes, and share the processors with those that judge.
fn socket_threads() -> usize {
    /// Of more nobody would notice anything: the judges are the narrow place.
    const MOST: usize = 4;
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    (processors / 2).clamp(1, MOST)
}

/// Loads, and follows what is to be followed; ends only with the reason why that is not possible.
async fn loaded(
    load: impl FnOnce(&Desk) -> Result<Loaded, String> + Send + 'static,
    desk: Arc<Desk>,
    #[cfg_attr(not(feature = "live"), allow(unused_variables, reason = "only of a cluster there is news"))]
    tell: &(impl Fn(&str) + Sync),
    ready: impl FnOnce() + Send,
) -> String {
    let loading = tokio::task::spawn_blocking({
        let desk = Arc::clone(&desk);
        move || load(&desk)
    });
    match loading.await {
        Ok(Ok(Loaded::Whole)) => {
            ready();
            std::future::pending().await
        }
        #[cfg(feature = "live")]
        Ok(Ok(Loaded::From(follow))) => follow.run(desk, tell, ready).await,
        Ok(Err(reason)) => reason,
        Err(_) => "policies could not be loaded: a panic".to_owned(),
    }
}

/// Waits for the signal or for the failure, whichever comes first.
async fn either(
    stop: impl Future<Output = ()>,
    failure: tokio::sync::oneshot::Receiver<String>,
    reason: &mut Option<String>,
) {
    let (mut stop, mut failure) = (std::pin::pin!(stop), std::pin::pin!(failure));
    std::future::poll_fn(|context| {
        if let std::task::Poll::Ready(Ok(failed)) = failure.as_mut().poll(context) {
            *reason = Some(failed);
            return std::task::Poll::Ready(());
        }
        stop.as_mut().poll(context)
    })
    .await;
}

#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(std::future::poll_fn(move |context| {
        if terminate.poll_recv(context).is_ready() || interrupt.poll_recv(context).is_ready() {
            return std::task::Poll::Ready(());
        }
        std::task::Poll::Pending
    }))
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without the signal the process can only be killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
