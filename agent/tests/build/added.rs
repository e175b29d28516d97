//! A repository that was added on this machine, with variables and settings.

use crate::world::World;
use ::agent::secrets::{MasterKeys, MasterSources, Plaintext};
use ::agent::store::{Location, Repository, RepositoryId, RepositorySettings, Store};
use ::agent::variables::{Given, seal};
use jiff::Timestamp;
use serde::Deserialize;

/// A variable as a case says it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
    #[serde(default)]
    pub(crate) public: bool,
    pub(crate) branch: Option<String>,
}

impl World {
    /// Puts `example/small` into the database of the data folder, as `agent repo add`, `agent repo
    /// set` and `agent env set` do.
    pub(crate) fn add_repository(&self, variables: &[Variable], settings: RepositorySettings) {
        let data = self.data();
        std::fs::create_dir_all(data).unwrap();
        let sources = MasterSources {
            file: data.join("master-key"),
            ..MasterSources::default()
        };
        let masters = MasterKeys::load(&sources).or_else(|_| MasterKeys::create(&sources));
        let (masters, id) = (masters.unwrap(), RepositoryId(1));
        let repository = Repository {
            id,
            slug: "example/small".to_owned(),
            private: false,
            default_branch: "master".to_owned(),
            active: true,
            hook: None,
            settings,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let store = Store::open(&Location::Sqlite(data.join("agent.db"))).await;
            let (store, now) = (store.unwrap(), Timestamp::now());
            store.put_repository(&repository, now).await.unwrap();
            for one in variables {
                let given = Given {
                    name: one.name.clone(),
                    value: Plaintext::new(one.value.clone().into_bytes()),
                    public: one.public,
                };
                let sealed = seal(id, &given, one.branch.as_deref(), &masters).unwrap();
                store.put_variable(&sealed, now).await.unwrap();
            }
        });
    }
}
