//! Which jobs of a plan may run, and which can run on this machine.

use crate::policy::Grants;
use crate::services;
use schema::plan::Job;

/// Whether a job asks for a Docker daemon.
#[must_use]
pub fn wants_docker(job: &Job) -> bool {
    job.services.iter().any(|service| service.name == "docker")
}

/// Why a job may not run with these grants (decision 15), or never could.
#[must_use]
pub fn refusal(job: &Job, grants: &Grants) -> Option<String> {
    let docker = grants.docker().reason().filter(|_| wants_docker(job));
    docker
        .map(|reason| format!("it asks for `services: docker`, but {reason}"))
        .or_else(|| services::too_many(job))
        .or_else(|| services::clash(job))
}

/// Why a job can't run on this machine (decision 16).
#[must_use]
pub fn foreign(job: &Job) -> Option<String> {
    if let Some(reason) = job.foreign_os() {
        return Some(reason);
    }
    let (arch, here) = (job.arch.as_deref()?, architecture());
    (arch != here).then(|| format!("arch {arch} is not to be had here; this machine is {here}"))
}

/// This machine's processor architecture, as configs and Docker name it.
#[must_use]
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_of_another_system_or_processor_is_named_with_its_reason() {
        let job = |os: &str, arch: Option<&str>| Job {
            os: os.to_owned(),
            arch: arch.map(str::to_owned),
            ..Job::default()
        };
        assert_eq!(foreign(&job("linux", None)), None);
        assert_eq!(foreign(&job("linux", Some(architecture()))), None);
        assert!(foreign(&job("osx", None)).is_some_and(|reason| reason.contains("osx")));
        let reason = foreign(&job("linux", Some("z80"))).unwrap();
        assert!(reason.contains("z80") && reason.contains(architecture()));
    }
}
