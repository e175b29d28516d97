//! Networks of instances, kept warm: making and removing one costs the engine about as much as the
//! job's container does.
//!
//! A network serves one instance at a time, and nothing of an instance stays in it when its containers
//! are gone. A warm one belongs to the process that made it, which removes it in the end; whatever
//! is left of a process that died goes with the sweep, once no container refers to it.

use super::engine::{QUICK, SLOW};
use super::names::{Maker, Names};
use super::{Inner, remove, subnets};
use crate::backend::BackendError;
use crate::owner::Owner;
use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the names of networks that are kept begin with; no instance's own things are called so.
const PREFIX: &str = "ci.net.";

/// The networks that wait for an instance.
#[derive(Debug)]
pub(super) struct Networks {
    idle: Mutex<Vec<String>>,
    /// How many may wait; 0: every network goes with its instance.
    most: usize,
    made: AtomicU64,
    /// The range that is tried next where the engine has none.
    subnets: AtomicU32,
}

/// The network of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lease {
    pub(super) name: String,
    /// Whether it is there; else [`make`] makes it.
    pub(super) there: bool,
}

impl Networks {
    pub(super) fn new(most: usize) -> Self {
        Self {
            idle: Mutex::default(),
            most,
            made: AtomicU64::new(0),
            // Agents of one engine begin at different ones.
            subnets: AtomicU32::new(std::process::id().wrapping_mul(61)),
        }
    }

    /// A network for a new instance.
    pub(super) fn lease(&self, maker: &Maker, names: &Names) -> Lease {
        let warm = self.locked().pop();
        let there = warm.is_some();
        let name = warm.unwrap_or_else(|| match self.most {
            0 => names.job.clone(),
            _ => self.fresh(maker),
        });
        Lease { name, there }
    }

    /// A name that no other process uses, for as long as anything of ours may bear it.
    fn fresh(&self, maker: &Maker) -> String {
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let owner = Owner::me().to_string().replace(':', ".");
        format!("{PREFIX}{}.{owner}.{number}", maker.agent)
    }

    /// Takes a network back; false where it has to be removed.
    fn keep(&self, name: &str) -> bool {
        let mut idle = self.locked();
        let room = idle.len() < self.most && is_kept(name);
        if room {
            idle.push(name.to_owned());
        }
        room
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a network is of those that outlive their instance.
pub(super) fn is_kept(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// Makes the network of an instance where it is not there.
pub(super) async fn make(
    inner: &Inner,
    id: &str,
    lease: &Lease,
    labels: HashMap<String, String>,
) -> Result<(), BackendError> {
    if lease.there {
        return Ok(());
    }
    let labels = match is_kept(&lease.name) {
        true => inner.maker.of_process(),
        false => labels,
    };
    create(inner, &lease.name, labels).await?;
    inner.held(id, |held| {
        if let Some(lease) = &mut held.network {
            lease.there = true;
        }
    });
    Ok(())
}

async fn create(
    inner: &Inner,
    name: &str,
    labels: HashMap<String, String>,
) -> Result<(), BackendError> {
    match create_in(inner, name, &labels, None).await {
        Err(BackendError::Refused { reason, .. }) if subnets::are_used_up(&reason) => {
            create_beside(inner, name, &labels).await
        }
        other => other,
    }
}

/// Makes a network in a range of ours, which another agent may have taken.
async fn create_beside(
    inner: &Inner,
    name: &str,
    labels: &HashMap<String, String>,
) -> Result<(), BackendError> {
    let mut left = subnets::TRIES;
    loop {
        let number = inner.networks.subnets.fetch_add(1, Ordering::Relaxed);
        left -= 1;
        match create_in(inner, name, labels, Some(subnets::subnet(number))).await {
            Err(BackendError::Refused { reason, .. }) if subnets::is_taken(&reason) && left > 0 => {
            }
            other => return other,
        }
    }
}

/// Makes a network in a range of the engine's choice, or in this one.
async fn create_in(
    inner: &Inner,
    name: &str,
    labels: &HashMap<String, String>,
    subnet: Option<String>,
) -> Result<(), BackendError> {
    let ipam = subnet.map(|subnet| Ipam {
        config: Some(vec![IpamConfig {
            subnet: Some(subnet),
            ..IpamConfig::default()
        }]),
        ..Ipam::default()
    });
    let request = NetworkCreateRequest {
        name: name.to_owned(),
        driver: Some("bridge".to_owned()),
        labels: Some(labels.clone()),
        ipam,
        ..NetworkCreateRequest::default()
    };
    let request = inner.engine.docker.create_network(request);
    let made = inner.engine.call("making the job's network", SLOW, request);
    made.await.map(drop)
}

/// Makes a warm network anew where somebody removed it meanwhile (`docker network prune`); false
/// where it is there, or none of those.
pub(super) async fn restore(inner: &Inner, id: &str) -> Result<bool, BackendError> {
    let lease = inner.held(id, |held| held.network.clone()).flatten();
    let Some(Lease { name, there: true }) = lease.filter(|lease| is_kept(&lease.name)) else {
        return Ok(false);
    };
    let engine = &inner.engine;
    let look = engine.docker.inspect_network(&name, None);
    let found = engine
        .find("looking at the job's network", QUICK, look)
        .await?;
    if found.is_some() {
        return Ok(false);
    }
    create(inner, &name, inner.maker.of_process()).await?;
    Ok(true)
}

/// The network that an instance of another process has, told by its container.
pub(super) async fn of_container(
    inner: &Inner,
    names: &Names,
) -> Result<Option<String>, BackendError> {
    let engine = &inner.engine;
    let look = engine.docker.inspect_container(&names.job, None);
    let found = engine.find("looking at the container", QUICK, look).await?;
    let mode = found.and_then(|found| found.host_config?.network_mode);
    Ok(mode.filter(|mode| is_kept(mode)))
}

/// Ends a lease whose containers are gone: the network waits for the next instance, or goes.
pub(super) async fn give_back(inner: &Inner, lease: &Lease) -> Result<(), BackendError> {
    if lease.there && inner.networks.keep(&lease.name) {
        return Ok(());
    }
    remove::network(inner, &lease.name).await
}

/// Removes those that wait: this process needs them no more.
pub(super) async fn clear(inner: &Inner) {
    let idle = std::mem::take(&mut *inner.networks.locked());
    let gone = idle.iter().map(|name| remove::network(inner, name));
    for result in futures_util::future::join_all(gone).await {
        if let Err(error) = result {
            tracing::debug!("a warm network stays for the next sweep: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::docker::names::Life;

    fn maker() -> Maker {
        Maker {
            agent: "a1".into(),
            owner: Life::Lasting,
        }
    }

    #[test]
    fn a_network_serves_one_instance_after_the_other() {
        let networks = Networks::new(1);
        let names = Names::of("1");
        let first = networks.lease(&maker(), &names);
        let second = networks.lease(&maker(), &names);
        assert!(!first.there && !second.there && first.name != second.name);
        assert!(networks.keep(&first.name));
        assert!(!networks.keep(&second.name), "there is room for one");
        let third = networks.lease(&maker(), &names);
        assert_eq!((third.name, third.there), (first.name, true));
        assert!(!networks.lease(&maker(), &names).there);
    }

    #[test]
    fn without_room_every_instance_has_a_network_of_its_own_name() {
        let networks = Networks::new(0);
        let names = Names::of("1");
        let lease = networks.lease(&maker(), &names);
        assert_eq!(lease.name, "ci-1");
        assert!(!is_kept(&lease.name) && !networks.keep(&lease.name));
    }

    #[test]
    fn no_instance_has_a_network_of_its_own_that_would_be_kept() {
        assert!(!is_kept(&Names::of("net.a1").job));
        assert!(!is_kept(&Names::of("ci.net.a1").job));
    }
}
