//! A registry for one test, where jobs' daemons reach it: on the bridge's address.

use crate::world::docker;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

pub(crate) struct Registry {
    pub(crate) address: String,
    server: Child,
    _store: TempDir,
}

impl Registry {
    /// Starts the one of the Debian package `docker-registry`.
    pub(crate) fn start() -> Self {
        let gateway = bridge_address();
        let free = TcpListener::bind((gateway.as_str(), 0)).unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        Self::serve(tempfile::tempdir().unwrap(), address, "")
    }

    fn serve(store: TempDir, address: String, more: &str) -> Self {
        let config = store.path().join("config.yml");
        let text = format!(
            "version: 0.1\nlog: {{ level: error }}\nhttp: {{ addr: \"{address}\" }}\n\
             storage: {{ filesystem: {{ rootdirectory: {} }} }}\n{more}",
            store.path().join("store").display()
        );
        std::fs::write(&config, text).unwrap();
        let server = Command::new("docker-registry")
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("install the package docker-registry");
        let registry = Self {
            address,
            server,
            _store: store,
        };
        for _ in 0..200 {
            if std::net::TcpStream::connect(&registry.address).is_ok() {
                return registry;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("the registry does not come up");
    }

    /// One on loopback that gives nothing without this account, which engines speak to without TLS.
    pub(crate) fn private(user: &str, password: &str) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap().to_string();
        drop(free);
        let store = tempfile::tempdir().unwrap();
        let accounts = store.path().join("htpasswd");
        let made = Command::new("htpasswd")
            .args(["-Bbn", user, password])
            .output()
            .expect("install the package apache2-utils");
        std::fs::write(&accounts, made.stdout).unwrap();
        let auth = format!(
            "auth: {{ htpasswd: {{ realm: test, path: {} }} }}\n",
            accounts.display()
        );
        Self::serve(store, address, &auth)
    }

    /// The digest that the registry itself tells for a tag.
    pub(crate) fn digest(&self, name: &str, tag: &str) -> String {
        let url = format!("http://{}/v2/{name}/manifests/{tag}", self.address);
        let accept = "Accept: application/vnd.docker.distribution.manifest.v2+json";
        let output = Command::new("curl")
            .args(["-sfI", "-H", accept, &url])
            .output()
            .unwrap();
        let head = String::from_utf8_lossy(&output.stdout).to_lowercase();
        let line = head
            .lines()
            .find_map(|line| line.strip_prefix("docker-content-digest: "));
        line.unwrap_or_else(|| panic!("{url} is not there"))
            .trim()
            .to_owned()
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The address of the default bridge on the host; an engine may not tell it as a gateway.
fn bridge_address() -> String {
    let inspect = |format| docker(&["network", "inspect", "bridge", "--format", format]);
    let gateway = inspect("{{with index .IPAM.Config 0}}{{.Gateway}}{{end}}");
    if !gateway.is_empty() {
        return gateway;
    }
    let bridge = inspect("{{index .Options \"com.docker.network.bridge.name\"}}");
    let shown = Command::new("ip")
        .args(["-4", "-o", "address", "show", "dev", &bridge])
        .output();
    let shown = String::from_utf8(shown.unwrap().stdout).unwrap();
    let address = shown
        .split_whitespace()
        .nth(3)
        .and_then(|address| address.split('/').next());
    address
        .expect("the default bridge has no address")
        .to_owned()
}
