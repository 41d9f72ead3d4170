//! Connections: names to addresses, proxies, TLS.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use seawall_core::registry_host;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;

use crate::error::OptionsError;
use crate::hosts::{Barred, Options, host_of};
use crate::link;
use crate::names::Names;
use crate::reach::is_numeric;

/// Connects to hosts as the options say.
#[derive(Clone)]
pub(crate) struct Connector {
    options: Arc<Options>,
    names: Names,
    /// Whether all this is for a registry that is named.
    known: bool,
    proxy: Option<Arc<Matcher>>,
    /// For hosts with authorities of their own.
    own: Arc<HashMap<String, Arc<ClientConfig>>>,
    tls: Arc<ClientConfig>,
}

impl Connector {
    pub(crate) fn new(options: Arc<Options>) -> Result<Self, OptionsError> {
        let system = rustls_native_certs::load_native_certs().certs;
        let tls = client(&system, &[])?;
        let mut own = HashMap::new();
        for (name, host) in &options.hosts {
            let Some(pem) = &host.authorities else { continue };
            let read: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
            let given = read.ok().filter(|given| !given.is_empty());
            let given = given.ok_or_else(|| OptionsError::Authority(name.clone()))?;
            own.insert(
                name.clone(),
                client(&system, &given).map_err(|_| OptionsError::Authority(name.clone()))?,
            );
        }
        let proxy = options.proxy.as_ref().map(|(proxy, except)| {
            let matcher = Matcher::builder().all(proxy.clone()).no(except.clone()).build();
            let plain = matcher
                .intercept(&Uri::from_static("https://proxied.invalid"))
                .is_some_and(|to| to.uri().scheme_str() == Some("http"));
            plain.then(|| Arc::new(matcher)).ok_or(OptionsError::Proxy)
        });
        let names = Names::new(options.limits.strangers);
        Ok(Connector { proxy: proxy.transpose()?, own: Arc::new(own), tls, names, known: false, options })
    }

    /// The same for registries that are named, wherever these redirect to and whoever gives their tokens.
    pub(crate) fn known(&self) -> Self {
        Connector { known: true, ..self.clone() }
    }

    async fn connect(self, target: Uri) -> io::Result<Stream> {
        let host = link::host(&target);
        let stream = match self.proxy.as_ref().and_then(|proxy| proxy.intercept(&target)) {
            None => self.tcp(&target).await?,
            Some(proxy) => {
                self.may_tunnel(&host)?;
                let mut tunnel = Tunnel::new(proxy.uri().clone(), Direct(self.names.clone()));
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                tunnel.call(with_port(&target)).await.map_err(io::Error::other)?.into_inner()
            }
        };
        if !link::is_tls(&target) {
            return Ok(Stream(TokioIo::new(Box::new(stream))));
        }
        let name = ServerName::try_from(host_of(&host).to_owned()).map_err(io::Error::other)?;
        let tls = self.own.get(&registry_host(&host)).unwrap_or(&self.tls);
        let tls = TlsConnector::from(Arc::clone(tls));
        Ok(Stream(TokioIo::new(Box::new(tls.connect(name, stream).await?))))
    }

    /// Connects to an address that was looked at: what its name leads to a moment later does not matter.
    async fn tcp(&self, target: &Uri) -> io::Result<TcpStream> {
        let host = link::host(target);
        let addresses = addresses(&self.names, target, self.known).await?;
        let (mut allowed, mut barred) = (Vec::new(), None);
        for address in addresses {
            match self.options.may_reach(&host, address.ip()) {
                Ok(()) => allowed.push(address),
                Err(why) => barred = Some(why),
            }
        }
        match barred.filter(|_| allowed.is_empty()) {
            Some(why) => Err(io::Error::other(why)),
            None => open(&allowed).await,
        }
    }

    /// Whoever runs a proxy says which names it looks for; what is an address already, or means this machine, is held
    /// against the same rules as without one.
    fn may_tunnel(&self, host: &str) -> io::Result<()> {
        let name = host_of(host).trim_end_matches('.');
        let local = name == "localhost" || name.ends_with(".localhost");
        let address = if local { Some(Ipv4Addr::LOCALHOST.into()) } else { name.parse::<IpAddr>().ok() };
        let may = match address {
            Some(address) => self.options.may_reach(host, address),
            // To some who read numbers this is an address, and nobody here knows which.
            None if is_numeric(name) => Err(Barred::Always),
            None => Ok(()),
        };
        may.map_err(io::Error::other)
    }
}

/// A proxy is told the port, also when it goes without saying.
fn with_port(target: &Uri) -> Uri {
    let port = target.port_u16().unwrap_or(if link::is_tls(target) { 443 } else { 80 });
    let authority = format!("{}:{port}", target.host().unwrap_or_default());
    let whole = Uri::builder().scheme("http").authority(authority).path_and_query("/").build();
    whole.unwrap_or_else(|_| target.clone())
}

async fn open(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(addresses).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

async fn addresses(names: &Names, target: &Uri, known: bool) -> io::Result<Vec<SocketAddr>> {
    let port = target.port_u16().unwrap_or(if link::is_tls(target) { 443 } else { 80 });
    names.addresses(host_of(target.host().unwrap_or_default()), port, known).await
}

/// The way to a proxy, which whoever set it up answers for.
#[derive(Clone)]
struct Direct(Names);

impl Service<Uri> for Direct {
    type Response = TokioIo<TcpStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<TokioIo<TcpStream>>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, proxy: Uri) -> Self::Future {
        let names = self.0.clone();
        Box::pin(async move { Ok(TokioIo::new(open(&addresses(&names, &proxy, true).await?).await?)) })
    }
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let within = self.options.limits.connect;
        let connecting = self.clone().connect(target);
        Box::pin(async move {
            timeout(within, connecting).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        })
    }
}

/// What verifies servers: by the authorities of the system and these.
fn client(
    system: &[CertificateDer<'static>],
    own: &[CertificateDer<'static>],
) -> Result<Arc<ClientConfig>, OptionsError> {
    let failed = |error: rustls::Error| OptionsError::Tls(error.to_string());
    let mut roots = RootCertStore::empty();
    // What a system holds may be older than the rules for certificates; what somebody names must be right.
    roots.add_parsable_certificates(system.iter().cloned());
    for certificate in own {
        roots.add(certificate.clone()).map_err(failed)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(Arc::new(config.map_err(failed)?.with_root_certificates(roots).with_no_client_auth()))
}

trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}

/// An open connection.
pub(crate) struct Stream(TokioIo<Box<dyn Bytes>>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
