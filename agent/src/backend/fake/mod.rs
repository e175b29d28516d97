//! A backend without containers, for tests of everything above it: instances are entries in
//! memory, supervisors say what the test wrote, and time is tokio's, so that a test can pause it.

mod instance;

use super::{
    Attachment, Backend, BackendError, Image, InstanceSpec, InstanceStatus, Present, PushedImage,
    ServiceEnd, ServiceSpec, Tell, User, Wanted,
};
use crate::backend::InstanceState;
use async_trait::async_trait;
use instance::Instance;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What the supervisor of an instance does.
#[derive(Clone, Debug, Default)]
pub struct Play {
    /// Bytes of the record stream, each so long after the one before.
    pub output: Vec<(Duration, Vec<u8>)>,
    /// Time from the last output to the end.
    pub rest: Duration,
    /// The exit code of the container; `None` runs until it is stopped.
    pub exit: Option<i64>,
    /// Whether processes ignore TERM, so that a stop takes all of its grace.
    pub deaf: bool,
    /// Whether the kernel killed something for memory.
    pub out_of_memory: bool,
    /// What is pushed by the end.
    pub pushed: Vec<PushedImage>,
    /// Bytes that it takes on the disk, each so long after the start.
    pub disk: Vec<(Duration, u64)>,
}

/// Writes the play of an instance from its spec and script.
pub type Author = dyn Fn(&InstanceSpec, &[u8]) -> Play + Send + Sync;

/// What a service of an instance does.
#[derive(Clone, Debug, Default)]
pub struct ServicePlay {
    /// Time until it is ready.
    pub takes: Duration,
    /// Why it never is, with what it printed.
    pub fails: Option<(String, String)>,
    /// How it ends as soon as it was ready, where it does.
    pub ends: Option<ServiceEnd>,
}

/// Writes the play of a service from its spec.
pub type ServiceAuthor = dyn Fn(&ServiceSpec) -> ServicePlay + Send + Sync;

/// The fake.
pub struct FakeBackend {
    author: Box<Author>,
    services: Box<ServiceAuthor>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    instances: HashMap<String, Instance>,
    /// Errors that calls will answer with, by the method's name.
    faults: HashMap<&'static str, VecDeque<BackendError>>,
    calls: Vec<String>,
    left_behind: Vec<String>,
    images: HashMap<String, Image>,
}

impl FakeBackend {
    /// A backend whose supervisors play what `author` writes.
    pub fn new(author: impl Fn(&InstanceSpec, &[u8]) -> Play + Send + Sync + 'static) -> Arc<Self> {
        Self::with_services(author, |_| ServicePlay::default())
    }

    /// The same whose services do what `services` writes; else they are ready at once.
    pub fn with_services(
        author: impl Fn(&InstanceSpec, &[u8]) -> Play + Send + Sync + 'static,
        services: impl Fn(&ServiceSpec) -> ServicePlay + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            author: Box::new(author),
            services: Box::new(services),
            state: Mutex::default(),
        })
    }

    /// An image that is there; every other reference answers with one whose user is `travis`.
    pub fn add_image(&self, image: Image) {
        let mut state = self.state();
        state.images.insert(image.reference.clone(), image);
    }

    /// Lets the next call of a method (`"create"`, `"attach"` …) fail.
    pub fn fail_next(&self, method: &'static str, error: BackendError) {
        self.state()
            .faults
            .entry(method)
            .or_default()
            .push_back(error);
    }

    /// The calls so far, as `method id`.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        self.state().calls.clone()
    }

    /// The ids of instances that are there.
    #[must_use]
    pub fn instances(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.state().instances.keys().cloned().collect();
        ids.sort();
        ids
    }

    /// The bytes that clients wrote to an instance's supervisor.
    #[must_use]
    pub fn heard(&self, id: &str) -> Vec<u8> {
        let state = self.state();
        state
            .instances
            .get(id)
            .map(Instance::heard)
            .unwrap_or_default()
    }

    /// The instance goes away by someone else's hand.
    pub fn lose(&self, id: &str) {
        if let Some(instance) = self.state().instances.remove(id) {
            instance.end_now();
        }
    }

    /// Something that a dead process left; the next sweep removes it.
    pub fn leave_behind(&self, what: &str) {
        self.state().left_behind.push(what.to_owned());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass as the services' plays say, and tells the first that fails.
    async fn wait_for_services(&self, id: &str) -> Result<Vec<Duration>, BackendError> {
        let services = {
            let state = self.state();
            let instance = state.instances.get(id).ok_or_else(|| gone(id))?;
            instance.services()
        };
        let plays = services.iter().map(|service| (self.services)(service));
        let plays: Vec<ServicePlay> = plays.collect();
        let longest = plays.iter().map(|play| play.takes).max();
        tokio::time::sleep(longest.unwrap_or_default()).await;
        for (service, play) in services.iter().zip(&plays) {
            if let Some((reason, said)) = &play.fails {
                return Err(BackendError::Service {
                    name: service.name.clone(),
                    reason: reason.clone(),
                    said: said.clone(),
                });
            }
        }
        let took = plays.iter().map(|play| play.takes).collect();
        let mut state = self.state();
        let instance = state.instances.get_mut(id).ok_or_else(|| gone(id))?;
        instance.up(plays);
        Ok(took)
    }

    /// Notes the call and answers with the fault that waits for it.
    fn called(&self, method: &'static str, what: &str) -> Result<(), BackendError> {
        let mut state = self.state();
        state.calls.push(format!("{method} {what}"));
        let fault = state.faults.get_mut(method).and_then(VecDeque::pop_front);
        fault.map_or(Ok(()), Err)
    }
}

#[async_trait]
impl Backend for FakeBackend {
    async fn have(&self, wanted: &Wanted, _tell: Tell<'_>) -> Result<Image, BackendError> {
        let reference = wanted.reference.as_str();
        self.called("image", reference)?;
        let known = self.state().images.get(reference).cloned();
        Ok(known.unwrap_or_else(|| Image {
            reference: reference.to_owned(),
            id: format!("sha256:{reference}"),
            digest: None,
            user: User {
                name: "travis".to_owned(),
                uid: 2000,
                gid: 2000,
                home: "/home/travis".to_owned(),
            },
            has_bash: true,
            has_sudo: true,
            labels: BTreeMap::new(),
        }))
    }

    async fn present(&self, reference: &str) -> Result<Option<Present>, BackendError> {
        let state = self.state();
        Ok(state.images.get(reference).map(|image| Present {
            id: image.id.clone(),
            digest: image.digest.clone(),
        }))
    }

    async fn create(&self, spec: &InstanceSpec) -> Result<(), BackendError> {
        self.called("create", &spec.id)?;
        let mut state = self.state();
        if state.instances.contains_key(&spec.id) {
            return Err(BackendError::Refused {
                action: "making the job's container".to_owned(),
                reason: format!("{} is there already", spec.id),
            });
        }
        state
            .instances
            .insert(spec.id.clone(), Instance::new(spec.clone()));
        Ok(())
    }

    async fn bring_up(&self, id: &str) -> Result<Vec<Duration>, BackendError> {
        self.called("bring_up", id)?;
        self.wait_for_services(id).await
    }

    async fn start(&self, id: &str, script: &[u8]) -> Result<(), BackendError> {
        self.called("start", id)?;
        let up = self.state().instances.get(id).is_some_and(Instance::is_up);
        if !up {
            self.wait_for_services(id).await?;
        }
        let mut state = self.state();
        let instance = state.instances.get_mut(id).ok_or_else(|| gone(id))?;
        instance.start(&*self.author, script);
        Ok(())
    }

    async fn attach(&self, id: &str, from: u64) -> Result<Attachment, BackendError> {
        self.called("attach", id)?;
        let state = self.state();
        let instance = state.instances.get(id).ok_or_else(|| gone(id))?;
        instance.attach(from).ok_or_else(|| gone(id))
    }

    async fn disk_use(&self, id: &str) -> Result<u64, BackendError> {
        self.called("disk_use", id)?;
        let state = self.state();
        state
            .instances
            .get(id)
            .map(Instance::disk_use)
            .ok_or_else(|| gone(id))
    }

    async fn status(&self, id: &str) -> Result<InstanceStatus, BackendError> {
        self.called("status", id)?;
        let state = self.state();
        Ok(state.instances.get(id).map_or(
            InstanceStatus {
                state: InstanceState::Gone,
                out_of_memory: false,
            },
            Instance::status,
        ))
    }

    async fn ended_services(&self, id: &str) -> Result<Vec<ServiceEnd>, BackendError> {
        self.called("ended_services", id)?;
        let state = self.state();
        let ended = state.instances.get(id).map(Instance::ended_services);
        Ok(ended.unwrap_or_default())
    }

    async fn stop(&self, id: &str, grace: Duration) -> Result<(), BackendError> {
        self.called("stop", id)?;
        let deaf = self
            .state()
            .instances
            .get(id)
            .is_some_and(Instance::is_deaf);
        if deaf {
            tokio::time::sleep(grace).await;
        }
        if let Some(instance) = self.state().instances.get(id) {
            instance.end_now();
        }
        Ok(())
    }

    async fn pushed_images(&self, id: &str) -> Result<Vec<PushedImage>, BackendError> {
        self.called("pushed_images", id)?;
        let state = self.state();
        Ok(state
            .instances
            .get(id)
            .map(Instance::pushed)
            .unwrap_or_default())
    }

    async fn remove(&self, id: &str) -> Result<(), BackendError> {
        self.called("remove", id)?;
        self.lose(id);
        Ok(())
    }

    async fn sweep(&self) -> Result<Vec<String>, BackendError> {
        self.called("sweep", "")?;
        Ok(std::mem::take(&mut self.state().left_behind))
    }

    async fn lasting(&self) -> Result<Vec<String>, BackendError> {
        self.called("lasting", "")?;
        Ok(self.instances())
    }
}

fn gone(id: &str) -> BackendError {
    BackendError::Gone {
        id: id.to_owned(),
        reason: "there is no such container".to_owned(),
    }
}
