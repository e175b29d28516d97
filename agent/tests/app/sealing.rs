//! Secrets for a repository of the agent.

use crate::agent::{Agent, master_key};
use agent::secrets::{Keyring, MasterKeys, Plaintext, PublicKey, Repository, Slot, seal};
use jiff::Timestamp;

impl Agent {
    /// A value sealed with the key of a repository, which is made where there is none.
    pub(crate) fn seal(&self, id: u64, assignment: &str) -> String {
        let sources = master_key(self.data.path());
        let masters = MasterKeys::load(&sources).or_else(|_| MasterKeys::create(&sources));
        let repository = Repository {
            host: self.host.clone(),
            id,
            slug: None,
        };
        let mut keys = Keyring::open(&self.data.path().join("keys")).unwrap();
        let known = keys.active(&self.host, id).map(|key| key.public.clone());
        let key: PublicKey = known.unwrap_or_else(|| {
            let made = keys.generate(&repository, &masters.unwrap(), Timestamp::now());
            made.unwrap().public
        });
        let value = Plaintext::new(assignment.as_bytes().to_vec());
        seal(&key, &Slot::Env, &value).unwrap().to_text()
    }
}
