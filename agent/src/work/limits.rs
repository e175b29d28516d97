//! The limits of a repository's jobs: the agent's, but for those that the operator gave the
//! repository itself.

use crate::settings::Settings;
use crate::store::RepositorySettings;
use std::time::Duration;

/// The settings that hold for jobs of a repository.
pub(super) fn of_repository(settings: &Settings, own: &RepositorySettings) -> Settings {
    let mut settings = settings.clone();
    let (jobs, logs) = (&mut settings.jobs, &mut settings.logs);
    for (limit, own) in [
        (&mut jobs.memory, own.memory),
        (&mut jobs.disk, own.disk),
        (&mut logs.head, own.log_head),
        (&mut logs.tail, own.log_tail),
    ] {
        *limit = own.unwrap_or(*limit);
    }
    for (limit, own) in [
        (&mut jobs.silence_limit, own.silence_limit),
        (&mut jobs.hard_limit, own.hard_limit),
    ] {
        *limit = own.map_or(*limit, Duration::from_secs);
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_repository_has_of_its_own_holds_and_the_rest_is_the_agents() {
        let agents = Settings::default();
        let same = of_repository(&agents, &RepositorySettings::default());
        assert_eq!(same.jobs.limits(), agents.jobs.limits());
        assert_eq!(same.jobs.hard_limit, agents.jobs.hard_limit);
        let own = RepositorySettings {
            memory: Some(8 << 30),
            hard_limit: Some(7200),
            log_tail: Some(1 << 20),
            ..RepositorySettings::default()
        };
        let settings = of_repository(&agents, &own);
        assert_eq!(settings.jobs.limits().memory, 8 << 30);
        assert_eq!(settings.jobs.limits().disk, agents.jobs.disk);
        assert_eq!(settings.jobs.hard_limit, Duration::from_secs(7200));
        assert_eq!(settings.jobs.silence_limit, agents.jobs.silence_limit);
        assert_eq!(settings.logs.limits().tail, 1 << 20);
        assert_eq!(settings.logs.limits().head, agents.logs.head);
    }
}
