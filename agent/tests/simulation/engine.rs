//! The engine of the simulated machines: its instances outlive the agents, its calls take time, and
//! what was asked for before an agent died may happen after.

use crate::chance::Chance;
use crate::script::Script;
use agent::backend::fake::FakeBackend;
use agent::backend::{
    Attachment, Backend, BackendError, Image, InstanceSpec, InstanceStatus, Present, PushedImage,
    ServiceEnd, Tell, Wanted,
};
use async_trait::async_trait;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What an instance was, as only the engine knows.
#[derive(Clone)]
pub(crate) struct Ran {
    pub(crate) script: Script,
    pub(crate) job: u64,
    pub(crate) attempt: u32,
}

/// A call that was on its way when its agent died.
pub(crate) enum Late {
    Create(Box<InstanceSpec>),
    Start(String, Vec<u8>),
}

/// All agents' engine.
pub(crate) struct Engine {
    pub(crate) fake: Arc<FakeBackend>,
    chance: Arc<Chance>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    specs: BTreeMap<String, (u64, u32)>,
    ran: BTreeMap<String, Ran>,
    late: Vec<Late>,
    /// Jobs that had two living instances at once.
    pub(crate) twice: Vec<String>,
}

/// The engine as the agent of one data folder sees it.
pub(crate) struct Door {
    pub(crate) engine: Arc<Engine>,
    /// What the names of its instances begin with.
    pub(crate) identity: String,
}

impl Engine {
    pub(crate) fn new(chance: Arc<Chance>) -> Arc<Self> {
        let fake =
            FakeBackend::new(|spec: &InstanceSpec, script| Script::read(script).play(&spec.id));
        Arc::new(Self {
            fake,
            chance,
            state: Mutex::default(),
        })
    }

    /// Every instance that was ever started.
    pub(crate) fn ran(&self) -> BTreeMap<String, Ran> {
        self.state().ran.clone()
    }

    /// Jobs that had two living instances at once.
    pub(crate) fn twice(&self) -> Vec<String> {
        self.state().twice.clone()
    }

    /// What dead agents asked for happens now. To be called within a runtime.
    pub(crate) async fn catch_up(&self) {
        let late = std::mem::take(&mut self.state().late);
        for one in late {
            // What the living have removed meanwhile is refused, as an engine does.
            let _ = match one {
                Late::Create(spec) => self.create(&spec).await,
                Late::Start(id, script) => self.start(&id, &script).await,
            };
        }
    }

    async fn create(&self, spec: &InstanceSpec) -> Result<(), BackendError> {
        let number = |label: &str| spec.labels[label].parse::<u64>().unwrap();
        let attempt = u32::try_from(number("ci.attempt")).unwrap();
        let of = (number("ci.job"), attempt);
        self.state().specs.insert(spec.id.clone(), of);
        self.fake.create(spec).await
    }

    async fn start(&self, id: &str, script: &[u8]) -> Result<(), BackendError> {
        self.fake.start(id, script).await?;
        let alive = self.fake.instances();
        let mut state = self.state();
        let (job, attempt) = state.specs[id];
        let others = alive.iter().filter(|other| *other != id);
        if let Some(other) = others
            .filter_map(|other| state.ran.get_key_value(other))
            .find(|(_, ran)| ran.job == job)
        {
            let told = format!("{id} beside {}", other.0);
            state.twice.push(told);
        }
        let ran = Ran {
            script: Script::read(script),
            job,
            attempt,
        };
        state.ran.insert(id.to_owned(), ran);
        Ok(())
    }

    /// A call and its answer each take a moment.
    async fn lag(&self) {
        let long = self.chance.one_in(20);
        let time = self.chance.millis(0, if long { 3000 } else { 40 });
        tokio::time::sleep(time).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call on its way; with its agent's death it is lost, or comes late.
struct OnItsWay<'a>(&'a Engine, Option<Late>);

impl Drop for OnItsWay<'_> {
    fn drop(&mut self) {
        if let Some(late) = self.1.take()
            && self.0.chance.one_in(2)
        {
            self.0.state().late.push(late);
        }
    }
}

#[async_trait]
impl Backend for Door {
    async fn have(&self, wanted: &Wanted, tell: Tell<'_>) -> Result<Image, BackendError> {
        self.engine.lag().await;
        self.engine.fake.have(wanted, tell).await
    }

    async fn present(&self, reference: &str) -> Result<Option<Present>, BackendError> {
        self.engine.fake.present(reference).await
    }

    async fn create(&self, spec: &InstanceSpec) -> Result<(), BackendError> {
        let late = Late::Create(Box::new(spec.clone()));
        let mut way = OnItsWay(&self.engine, Some(late));
        self.engine.lag().await;
        way.1 = None;
        let created = self.engine.create(spec).await;
        self.engine.lag().await;
        created
    }

    async fn bring_up(&self, id: &str) -> Result<Vec<Duration>, BackendError> {
        self.engine.lag().await;
        let up = self.engine.fake.bring_up(id).await;
        self.engine.lag().await;
        up
    }

    async fn start(&self, id: &str, script: &[u8]) -> Result<(), BackendError> {
        let late = Late::Start(id.to_owned(), script.to_vec());
        let mut way = OnItsWay(&self.engine, Some(late));
        self.engine.lag().await;
        way.1 = None;
        let started = self.engine.start(id, script).await;
        self.engine.lag().await;
        started
    }

    async fn attach(&self, id: &str, from: u64) -> Result<Attachment, BackendError> {
        self.engine.lag().await;
        self.engine.fake.attach(id, from).await
    }

    async fn status(&self, id: &str) -> Result<InstanceStatus, BackendError> {
        self.engine.lag().await;
        self.engine.fake.status(id).await
    }

    async fn ended_services(&self, id: &str) -> Result<Vec<ServiceEnd>, BackendError> {
        self.engine.lag().await;
        self.engine.fake.ended_services(id).await
    }

    async fn disk_use(&self, id: &str) -> Result<u64, BackendError> {
        self.engine.fake.disk_use(id).await
    }

    async fn stop(&self, id: &str, grace: Duration) -> Result<(), BackendError> {
        self.engine.lag().await;
        self.engine.fake.stop(id, grace).await
    }

    async fn pushed_images(&self, id: &str) -> Result<Vec<PushedImage>, BackendError> {
        self.engine.lag().await;
        self.engine.fake.pushed_images(id).await
    }

    async fn remove(&self, id: &str) -> Result<(), BackendError> {
        self.engine.lag().await;
        let removed = self.engine.fake.remove(id).await;
        self.engine.lag().await;
        removed
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        self.engine.fake.sweep().await
    }

    async fn lasting(&self) -> Result<Vec<String>, BackendError> {
        self.engine.lag().await;
        let all = self.engine.fake.instances().into_iter();
        Ok(all.filter(|id| id.starts_with(&self.identity)).collect())
    }
}
