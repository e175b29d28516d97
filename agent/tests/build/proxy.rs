//! A socket between the agent and the engine that a test can hold up or cut.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex};

/// What the proxy does.
#[derive(Default)]
struct State {
    streams: Vec<UnixStream>,
    cut: bool,
    /// Requests that begin so are not passed on.
    held: Option<&'static str>,
    /// Whether one has come.
    holding: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

pub(crate) struct Proxy {
    path: PathBuf,
    shared: Shared,
}

impl Proxy {
    pub(crate) fn new(folder: &Path) -> Self {
        let path = folder.join("engine.sock");
        let listener = UnixListener::bind(&path).unwrap();
        let shared = Shared::default();
        let passed = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                serve(client, &passed);
            }
        });
        Self { path, shared }
    }

    /// The value of `DOCKER_HOST`.
    pub(crate) fn host(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    /// The engine goes away: connections break and no new one is answered.
    pub(crate) fn cut(&self) {
        let mut state = self.shared.0.lock().unwrap();
        state.cut = true;
        for stream in state.streams.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        let _ = std::fs::remove_file(&self.path);
    }

    /// From now on holds up requests to that path.
    pub(crate) fn hold(&self, path: &'static str) {
        self.shared.0.lock().unwrap().held = Some(path);
    }

    /// Waits until a request is held up.
    pub(crate) fn wait_until_held(&self) {
        let (state, news) = &*self.shared;
        let state = state.lock().unwrap();
        drop(news.wait_while(state, |state| !state.holding).unwrap());
    }

    /// Lets it pass.
    pub(crate) fn let_go(&self) {
        self.shared.0.lock().unwrap().held = None;
        self.shared.1.notify_all();
    }
}

fn serve(client: UnixStream, shared: &Shared) {
    let mut state = shared.0.lock().unwrap();
    if state.cut {
        return;
    }
    let host = std::env::var("DOCKER_HOST").unwrap_or_default();
    let socket = host
        .strip_prefix("unix://")
        .unwrap_or("/var/run/docker.sock");
    let engine = UnixStream::connect(socket).unwrap();
    let again = |stream: &UnixStream| stream.try_clone().unwrap();
    state.streams.extend([again(&client), again(&engine)]);
    let (from, to, requests) = (again(&client), again(&engine), Arc::clone(shared));
    std::thread::spawn(move || copy(from, to, |bytes| hold_up(bytes, &requests)));
    std::thread::spawn(move || copy(engine, client, |_| ()));
}

fn copy(mut from: UnixStream, mut to: UnixStream, before: impl Fn(&[u8])) {
    let mut buffer = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        before(&buffer[..count]);
        if to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

/// Waits as long as these bytes are a request that is held up.
fn hold_up(bytes: &[u8], shared: &Shared) {
    let head = String::from_utf8_lossy(bytes);
    let line = head.lines().next().unwrap_or_default();
    let (state, news) = &**shared;
    let mut state = state.lock().unwrap();
    while state.held.is_some_and(|path| line.contains(path)) {
        state.holding = true;
        news.notify_all();
        state = news.wait(state).unwrap();
    }
}
