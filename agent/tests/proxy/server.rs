//! A proxy as a process, with an example of the documents that was changed only where it must be:
//! addresses, and the place of the certificate.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The host of the examples.
pub(crate) const HOST: &str = "ci.example.com";

/// Which proxy.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Nginx,
    Caddy,
}

/// A place for a proxy: its addresses and its certificate.
pub(crate) struct Place {
    pub(crate) https: SocketAddr,
    pub(crate) http: SocketAddr,
    folder: TempDir,
}

pub(crate) struct Proxy {
    process: Child,
    pub(crate) place: Place,
}

impl Place {
    pub(crate) fn new() -> Self {
        // Both are held until both are known, so that they differ.
        let ports = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [https, http] = ports.map(|port| port.local_addr().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let place = Self {
            https,
            http,
            folder,
        };
        let name = format!("subjectAltName=DNS:{HOST}");
        let made = Command::new("openssl")
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
            ])
            .args([
                "-nodes", "-days", "2", "-subj", "/CN=test", "-addext", &name,
            ])
            .args(["-addext", "basicConstraints=critical,CA:FALSE"])
            .arg("-keyout")
            .arg(place.file("key.pem"))
            .arg("-out")
            .arg(place.file("cert.pem"))
            .output()
            .expect("openssl");
        let said = String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success(), "{said}");
        place
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The address that people open.
    pub(crate) fn url(&self) -> String {
        format!("https://{HOST}:{}", self.https.port())
    }

    fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }
}

impl Proxy {
    /// Starts a proxy for an agent, and waits until it listens.
    pub(crate) fn start(kind: Kind, place: Place, agent: &str) -> Self {
        let agent = agent.trim_start_matches("http://").trim_end_matches('/');
        let mut command = match kind {
            Kind::Nginx => nginx(&place, agent),
            Kind::Caddy => caddy(&place, agent),
        };
        let process = command
            .env("HOME", place.folder.path())
            .env("XDG_DATA_HOME", place.folder.path())
            .env("XDG_CONFIG_HOME", place.folder.path())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(place.file("said")).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("{kind:?}: {error}; script/bootstrap installs it"));
        let mut proxy = Self { process, place };
        let start = Instant::now();
        while TcpStream::connect(proxy.place.https).is_err() {
            let ended = proxy.process.try_wait().unwrap();
            let late = start.elapsed() > Duration::from_secs(30);
            assert!(ended.is_none() && !late, "{kind:?}: {}", proxy.said());
            std::thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.place.file("said")).unwrap_or_default()
    }
}

impl Drop for Proxy {
    #[expect(clippy::print_stderr, reason = "what it said belongs to the failure")]
    fn drop(&mut self) {
        // SIGTERM, so that nginx takes its worker along.
        let pid = i32::try_from(self.process.id()).ok();
        if let Some(pid) = pid.and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("{}", self.said());
        }
    }
}

fn nginx(place: &Place, agent: &str) -> Command {
    let site = example(
        "nginx.conf",
        &[
            ("listen 443 ssl;", &format!("listen {} ssl;", place.https)),
            ("listen [::]:443 ssl;", ""),
            ("listen 80;", &format!("listen {};", place.http)),
            ("listen [::]:80;", ""),
            ("127.0.0.1:8642", agent),
            (
                "/etc/letsencrypt/live/ci.example.com/fullchain.pem",
                &place.path("cert.pem"),
            ),
            (
                "/etc/letsencrypt/live/ci.example.com/privkey.pem",
                &place.path("key.pem"),
            ),
        ],
    );
    place.write("site.conf", &site);
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {};", place.path(name)));
    let all = format!(
        "daemon off;\nuser root;\npid {};\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{}\ninclude {};\n}}\n",
        place.path("pid"),
        temporary.join("\n"),
        place.path("site.conf")
    );
    let mut command = Command::new(program("nginx"));
    command.arg("-c").arg(place.write("nginx.conf", &all));
    command
}

fn caddy(place: &Place, agent: &str) -> Command {
    let tls = format!(
        "https://{HOST}:{} {{\n\tbind 127.0.0.1\n\ttls {} {}",
        place.https.port(),
        place.path("cert.pem"),
        place.path("key.pem")
    );
    let site = example(
        "Caddyfile",
        &[("ci.example.com {", &tls), ("127.0.0.1:8642", agent)],
    );
    let all = format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{site}");
    let mut command = Command::new(program("caddy"));
    command
        .args(["run", "--adapter", "caddyfile", "--config"])
        .arg(place.write("Caddyfile", &all));
    command
}

/// An example of the documents, changed so; each change must have something to change.
fn example(name: &str, changes: &[(&str, &str)]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/examples");
    let mut text = std::fs::read_to_string(path.join(name)).unwrap();
    for (from, to) in changes {
        assert!(text.contains(from), "{name}: {from}");
        text = text.replace(from, to);
    }
    text
}

/// Debian has servers in sbin, which a user's path may lack.
fn program(name: &str) -> PathBuf {
    let path = Path::new("/usr/sbin").join(name);
    if path.exists() { path } else { name.into() }
}
