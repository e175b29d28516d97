//! What the log says of the daemon's own life, in words for its operator.

use super::{Parts, Phase};
use crate::report::duration::short;
use crate::store::{Location, Repository};
use std::time::Duration;
use tokio::net::TcpListener;

/// Repositories that are named; of more only their number is said.
const NAMED: usize = 10;

impl Parts {
    /// Says what serves whom, and where.
    pub async fn tell(&self, listener: &TcpListener) {
        let told = self.settings.get();
        let (settings, version) = (&told.settings, env!("CARGO_PKG_VERSION"));
        let listen = listener.local_addr();
        let listen =
            listen.map_or_else(|_| settings.server.listen.to_string(), |at| at.to_string());
        tracing::info!("agent {version} serves {} at {listen}", told.public_url);
        let database = match &told.database {
            Location::Sqlite(path) => format!("SQLite, {}", path.display()),
            Location::Postgres(_) => "PostgreSQL".to_owned(),
        };
        tracing::info!("data folder: {}; database: {database}", told.data.display());
        let webhooks = if settings.webhooks.enabled {
            "on"
        } else {
            "off"
        };
        let poll = match settings.poll.enabled {
            true => format!("every {}", short(settings.poll.interval)),
            false => "never".to_owned(),
        };
        let slots = settings.jobs.parallel();
        tracing::info!("jobs at once: {slots}; webhooks: {webhooks}; GitHub is asked: {poll}");
        match self.store.repositories().await {
            Ok(all) => tracing::info!("{}", repositories(&all)),
            Err(error) => tracing::error!("the repositories cannot be read: {error}"),
        }
    }
}

fn repositories(all: &[Repository]) -> String {
    let active: Vec<&str> = all
        .iter()
        .filter(|one| one.active)
        .map(|one| one.slug.as_str())
        .collect();
    match active.len() {
        0 => "no repository is set up yet: `agent repo add OWNER/NAME` does it".to_owned(),
        count if count <= NAMED => format!("repositories: {}", active.join(", ")),
        count => format!("repositories: {count}"),
    }
}

/// What is said when somebody asks the daemon to end.
pub(super) fn asked(phase: Phase, left: Option<Duration>, jobs: usize) -> String {
    let running = match jobs {
        0 => "no job runs".to_owned(),
        1 => "1 job runs".to_owned(),
        jobs => format!("{jobs} jobs run"),
    };
    match (phase, left) {
        (Phase::Stopping, _) if jobs > 0 => {
            format!("stopping; {running} on and will be taken up by the next start")
        }
        (Phase::Stopping, _) => "stopping".to_owned(),
        (_, Some(left)) if jobs > 0 => {
            format!(
                "draining: no job begins; {running}, for {} at most",
                short(left)
            )
        }
        _ => format!("draining: no job begins; {running}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{RepositoryId, RepositorySettings};

    fn set_up(count: u64) -> Vec<Repository> {
        let one = |id| Repository {
            id: RepositoryId(id),
            slug: format!("acme/r{id}"),
            private: false,
            default_branch: "main".to_owned(),
            active: id != 2,
            hook: None,
            settings: RepositorySettings::default(),
        };
        (1..=count).map(one).collect()
    }

    #[test]
    fn active_repositories_are_named_while_they_are_few() {
        assert!(repositories(&set_up(0)).contains("agent repo add"));
        assert_eq!(repositories(&set_up(3)), "repositories: acme/r1, acme/r3");
        assert_eq!(repositories(&set_up(12)), "repositories: 11");
    }

    #[test]
    fn an_end_is_told_with_what_still_runs() {
        let minute = Some(Duration::from_secs(60));
        let said = [
            asked(Phase::Draining, minute, 0),
            asked(Phase::Draining, minute, 1),
            asked(Phase::Draining, None, 2),
            asked(Phase::Stopping, None, 0),
            asked(Phase::Stopping, minute, 2),
        ];
        insta::assert_snapshot!(said.join("\n"), @r"
        draining: no job begins; no job runs
        draining: no job begins; 1 job runs, for 1m 00s at most
        draining: no job begins; 2 jobs run
        stopping
        stopping; 2 jobs run on and will be taken up by the next start
        ");
    }
}
