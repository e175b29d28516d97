//! What the model knows: plain data, changed under one lock by verbs and by calls alike.

use super::calls::Call;
use super::hooks::{Delivery, Hook, Loss};
use super::limits::Limits;
use super::mischief::Rule;
use super::pull::Pull;
use super::pushing::Move;
use super::repository::Repository;
use super::statuses::Status;
use super::token::Token;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// GitHub, as far as an agent sees it.
pub(crate) struct World {
    /// `http://127.0.0.1:PORT`: where pages and repositories are.
    pub(crate) web: String,
    /// Where the bare repositories lie, one folder `ID.git` each.
    pub(crate) folder: PathBuf,
    pub(crate) repositories: BTreeMap<u64, Repository>,
    /// Names that repositories had before, in lower case.
    pub(crate) moved: HashMap<String, u64>,
    /// Accounts by login.
    pub(crate) users: BTreeMap<String, u64>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) pulls: BTreeMap<(u64, u64), Pull>,
    /// Of branches, oldest first.
    pub(crate) moves: Vec<Move>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) hooks: BTreeMap<u64, Hook>,
    pub(crate) deliveries: Vec<Delivery>,
    /// Deliveries that wait for `release_deliveries`; none: they are sent at once.
    pub(crate) held: Option<Vec<u64>>,
    /// The next so many deliveries get lost.
    pub(crate) loss: Option<(usize, Loss)>,
    pub(crate) outgoing: UnboundedSender<u64>,
    pub(crate) delivery_timeout: Duration,
    /// How long GitHub takes to try a merge.
    pub(crate) merge_delay: Duration,
    /// The commit of the merge before stays in `merge_commit_sha` until the new one is known.
    pub(crate) stale_merges: bool,
    pub(crate) calls: Vec<Call>,
    /// What the agent did that it must not, in words.
    pub(crate) complaints: Vec<String>,
    pub(crate) mischief: Vec<Rule>,
    pub(crate) limits: Limits,
    /// How long whoever expects something waits for it.
    pub(crate) patience: Duration,
    last_id: u64,
}

impl World {
    pub(crate) fn new(web: String, folder: PathBuf, outgoing: UnboundedSender<u64>) -> Self {
        Self {
            web,
            folder,
            outgoing,
            repositories: BTreeMap::new(),
            moved: HashMap::new(),
            users: BTreeMap::new(),
            tokens: HashMap::new(),
            pulls: BTreeMap::new(),
            moves: Vec::new(),
            statuses: Vec::new(),
            hooks: BTreeMap::new(),
            deliveries: Vec::new(),
            held: None,
            loss: None,
            delivery_timeout: Duration::from_secs(10),
            merge_delay: Duration::from_millis(50),
            stale_merges: false,
            calls: Vec::new(),
            complaints: Vec::new(),
            mischief: Vec::new(),
            limits: Limits::default(),
            patience: Duration::from_secs(30),
            last_id: 186_853_000,
        }
    }

    /// A number that nothing else has.
    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The account of this login, made when it is new.
    pub(crate) fn user(&mut self, login: &str) -> u64 {
        if let Some(id) = self.users.get(login) {
            return *id;
        }
        let id = self.fresh_id();
        self.users.insert(login.to_owned(), id);
        id
    }

    /// Where the API is; as with GitHub Enterprise, below the host of the pages.
    pub(crate) fn api(&self) -> String {
        format!("{}/api/v3", self.web)
    }
}

/// The time as GitHub writes it.
pub(crate) fn now() -> String {
    jiff::Timestamp::now()
        .strftime("%Y-%m-%dT%H:%M:%SZ")
        .to_string()
}
