//! Certificates that renew themselves, and those from files.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use seawall_server::Metrics;
use seawall_server::tls::{
    Authority, ByHand, CertificateStore, Certificates, Directory, Entries, Files, Keeper, Later, Lifetimes,
    Memory, Pair, Revision, TlsError, Trust, Written,
};

use crate::client::{Address, Client};
use crate::stand::{DAY, NOW, Setup, Stand, run};

/// Remembers what is to be trusted, unless it is told to fail.
#[derive(Default)]
struct Bundles {
    spread: Mutex<Vec<String>>,
    broken: Mutex<bool>,
}

impl Trust for Bundles {
    fn spread(&self, bundle: String) -> Later<'_, Result<(), TlsError>> {
        Box::pin(async move {
            if *self.broken.lock().unwrap() {
                return Err(TlsError::Store("nobody listens".into()));
            }
            self.spread.lock().unwrap().push(bundle);
            Ok(())
        })
    }
}

fn keeper(store: &Arc<dyn CertificateStore>, trust: Arc<dyn Trust>, stand: &Stand) -> Keeper {
    let certificates = Arc::clone(&stand.certificates);
    let names = vec!["localhost".to_owned()];
    Keeper::new(Arc::clone(store), trust, certificates, stand.clock.clone(), names, Lifetimes::default())
}

fn roots(bundle: &str) -> Vec<Vec<u8>> {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    CertificateDer::pem_slice_iter(bundle.as_bytes()).map(|der| der.unwrap().to_vec()).collect()
}

#[test]
fn clients_that_took_the_bundle_a_day_ago_can_always_connect() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let store: Arc<dyn CertificateStore> = Arc::new(Memory::default());
        let trust = Arc::new(Bundles::default());
        let keeper = keeper(&store, trust.clone(), &stand);
        keeper.tend().await.unwrap();
        let mut yesterday = trust.spread.lock().unwrap().last().unwrap().clone();
        let mut held =
            Client::open(&Address { roots: roots(&yesterday), ..stand.address.clone() }).await.unwrap();
        for day in (0..520).step_by(2) {
            let now = NOW + day * 86_400;
            stand.clock.0.store(now, Ordering::SeqCst);
            keeper.tend().await.unwrap();
            let address = Address { roots: roots(&yesterday), now, ..stand.address.clone() };
            let mut client =
                Client::open(&address).await.unwrap_or_else(|error| panic!("day {day}: {error}"));
            assert_eq!(client.get("/readyz").await.unwrap().body, "ready\n");
            assert_eq!(held.get("/healthz").await.unwrap().status, 200, "rotation ends no connection");
            tokio::time::sleep(std::time::Duration::from_secs(60)).await;
            yesterday = trust.spread.lock().unwrap().last().unwrap().clone();
        }
        let bundles: std::collections::BTreeSet<String> =
            trust.spread.lock().unwrap().iter().cloned().collect();
        assert!(bundles.len() >= 4, "two rotations of the authority");
    });
}

#[test]
fn an_authority_that_nobody_was_told_of_signs_nothing_that_is_served() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let store: Arc<dyn CertificateStore> = Arc::new(Memory::default());
        let trust = Arc::new(Bundles::default());
        let keeper = keeper(&store, trust.clone(), &stand);
        *trust.broken.lock().unwrap() = true;
        assert!(keeper.tend().await.is_err());
        // The certificate of before is still good.
        assert_eq!(stand.client().await.get("/healthz").await.unwrap().status, 200);
        *trust.broken.lock().unwrap() = false;
        keeper.tend().await.unwrap();
        let bundle = trust.spread.lock().unwrap().last().unwrap().clone();
        assert!(Client::open(&stand.address).await.is_err());
        let address = Address { roots: roots(&bundle), ..stand.address.clone() };
        assert_eq!(Client::open(&address).await.unwrap().get("/readyz").await.unwrap().status, 200);
    });
}

/// A store to which another replica writes just before this one does.
struct Contended {
    inner: Memory,
    first: Mutex<Option<Entries>>,
}

impl CertificateStore for Contended {
    fn read(&self) -> Later<'_, Result<Option<(Entries, Revision)>, TlsError>> {
        self.inner.read()
    }

    fn write(&self, entries: Entries, expected: Option<Revision>) -> Later<'_, Result<Written, TlsError>> {
        Box::pin(async move {
            let other = self.first.lock().unwrap().take();
            if let Some(other) = other {
                assert_eq!(self.inner.write(other, expected.clone()).await?, Written::Done);
            }
            self.inner.write(entries, expected).await
        })
    }
}

#[test]
fn replicas_that_start_together_agree_on_one_authority() {
    run(async {
        let (one, two) = (Stand::start(Setup::default()).await, Stand::start(Setup::default()).await);
        let elsewhere: Arc<dyn CertificateStore> = Arc::new(Memory::default());
        keeper(&elsewhere, Arc::new(ByHand), &one).tend().await.unwrap();
        let winners = elsewhere.read().await.unwrap().unwrap().0;
        let store: Arc<dyn CertificateStore> =
            Arc::new(Contended { inner: Memory::default(), first: Mutex::new(Some(winners.clone())) });
        keeper(&store, Arc::new(ByHand), &two).tend().await.unwrap();
        assert_eq!(store.read().await.unwrap().unwrap().0, winners);
        for stand in [&one, &two] {
            let address = Address { roots: roots(&winners["ca.crt"]), ..stand.address.clone() };
            assert_eq!(Client::open(&address).await.unwrap().get("/healthz").await.unwrap().status, 200);
        }
    });
}

#[test]
fn a_folder_gives_a_restarted_server_the_same_authority() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let mut bundles = Vec::new();
        for _ in 0..2 {
            let stand = Stand::start(Setup::default()).await;
            let store: Arc<dyn CertificateStore> = Arc::new(Directory::new(folder.path()).unwrap());
            keeper(&store, Arc::new(ByHand), &stand).tend().await.unwrap();
            bundles.push(store.read().await.unwrap().unwrap().0["ca.crt"].clone());
        }
        assert_eq!(bundles[0], bundles[1]);
    });
}

fn pem(pair: &Pair) -> (String, String) {
    let entry = |label: &str, der: &[u8]| {
        use std::fmt::Write as _;
        let mut out = format!("-----BEGIN {label}-----\n");
        let text = base64(der);
        for line in text.as_bytes().chunks(64) {
            writeln!(out, "{}", std::str::from_utf8(line).unwrap()).unwrap();
        }
        writeln!(out, "-----END {label}-----").unwrap();
        out
    };
    (entry("CERTIFICATE", &pair.certificate), entry("PRIVATE KEY", &pair.key))
}

fn base64(bytes: &[u8]) -> String {
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            out.push(if place <= chunk.len() {
                alphabet[(word >> (18 - 6 * place) & 63) as usize]
            } else {
                '='
            });
        }
    }
    out
}

#[test]
fn files_are_served_when_both_have_changed() {
    let certificates = Arc::new(Certificates::new(Arc::new(Metrics::default())).unwrap());
    let authority = Authority::new(NOW, 365 * DAY).unwrap();
    let pairs: Vec<(String, String)> =
        (0..2).map(|_| pem(&authority.issue(&["localhost".to_owned()], NOW, 30 * DAY).unwrap())).collect();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("tls.crt"), folder.path().join("tls.key"));
    let files = Files::new(certificate.clone(), key.clone(), Arc::clone(&certificates));
    assert!(files.look().unwrap_err().to_string().contains("tls.crt"));
    std::fs::write(&certificate, &pairs[0].0).unwrap();
    std::fs::write(&key, &pairs[0].1).unwrap();
    assert!(files.look().unwrap() && certificates.is_valid(NOW));
    assert!(!files.look().unwrap());
    std::fs::write(&certificate, &pairs[1].0).unwrap();
    assert!(matches!(files.look(), Err(TlsError::Mismatch)));
    assert!(certificates.is_valid(NOW), "the old pair is served on");
    std::fs::write(&key, &pairs[1].1).unwrap();
    assert!(files.look().unwrap());
    std::fs::write(&key, "garbage").unwrap();
    let error = files.look().unwrap_err().to_string();
    assert_eq!(error, "no private key that can be read");
}

#[cfg(unix)]
#[test]
fn a_projected_secret_changes_by_its_link() {
    let certificates = Arc::new(Certificates::new(Arc::new(Metrics::default())).unwrap());
    let authority = Authority::new(NOW, 365 * DAY).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let version = |name: &str| {
        let (certificate, key) = pem(&authority.issue(&[name.to_owned()], NOW, 30 * DAY).unwrap());
        std::fs::create_dir(folder.path().join(name)).unwrap();
        std::fs::write(folder.path().join(name).join("tls.crt"), certificate).unwrap();
        std::fs::write(folder.path().join(name).join("tls.key"), key).unwrap();
        let link = folder.path().join("..new");
        std::os::unix::fs::symlink(name, &link).unwrap();
        std::fs::rename(link, folder.path().join("..data")).unwrap();
    };
    version("one");
    let of = |file: &str| folder.path().join("..data").join(file);
    let files = Files::new(of("tls.crt"), of("tls.key"), certificates);
    assert!(files.look().unwrap() && !files.look().unwrap());
    version("two");
    assert!(files.look().unwrap() && !files.look().unwrap());
}

#[test]
fn a_clock_before_all_times_destroys_nothing() {
    run(async {
        let stand = Stand::start(Setup::default()).await;
        let store: Arc<dyn CertificateStore> = Arc::new(Memory::default());
        let keeper = keeper(&store, Arc::new(ByHand), &stand);
        keeper.tend().await.unwrap();
        let before = store.read().await.unwrap();
        stand.clock.0.store(0, Ordering::SeqCst);
        keeper.tend().await.unwrap();
        assert_eq!(store.read().await.unwrap(), before);
        assert_eq!(stand.server.unready(), ["no certificate that is valid now"]);
        stand.clock.0.store(NOW, Ordering::SeqCst);
        assert!(stand.server.unready().is_empty());
    });
}
