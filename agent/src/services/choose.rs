//! From the services of a job to what is made: what the config says goes before the table.

use super::in_containers;
use super::table::{Check, Row, row};
use crate::backend::Readiness;
use crate::images::{self, Choice, Rules};
use schema::plan::{Job, Ready, Service};
use std::time::Duration;

/// How long a service may take that is not in the table.
const TIMEOUT: u64 = 60;

/// A service that a job wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What it is called.
    pub name: String,
    /// Its image, and the rule that chose it.
    pub choice: Choice,
    /// Variables of its container.
    pub env: Vec<(String, String)>,
    /// The words of its command; empty for the image's own.
    pub command: Vec<String>,
    /// Folders that are kept in memory.
    pub in_memory: Vec<String>,
    /// When the job may begin.
    pub ready: Readiness,
}

/// The services of a job that have a container of their own, in order.
///
/// # Errors
/// The first that no image can be chosen for, by its name.
pub fn choose(job: &Job, rules: &Rules) -> Result<Vec<Wanted>, String> {
    in_containers(job)
        .map(|service| one(job, service, rules))
        .collect()
}

fn one(job: &Job, service: &Service, rules: &Rules) -> Result<Wanted, String> {
    let row = row(&service.name);
    let named = named(job, service, row);
    let choice = images::renamed(named, job, rules)
        .map_err(|error| format!("the service {}: {error}", service.name))?;
    let known = row.map_or(&[][..], |row| row.env);
    let said = |name: &str| service.env.iter().any(|(own, _)| own == name);
    let known = known.iter().filter(|(name, _)| !said(name));
    let known = known.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let data = row.map_or(&[][..], |row| row.data);
    Ok(Wanted {
        name: service.name.clone(),
        choice,
        env: known.chain(service.env.iter().cloned()).collect(),
        command: service.command.clone(),
        in_memory: data.iter().map(|folder| (*folder).to_owned()).collect(),
        ready: readiness(row, service.ready.as_ref()),
    })
}

fn named(job: &Job, service: &Service, row: Option<&Row>) -> Choice {
    if let Some(image) = &service.image {
        return Choice {
            reference: image.clone(),
            rule: "image: in the config".to_owned(),
            pull: None,
            by_config: true,
        };
    }
    let Some(row) = row else {
        // Who asks has looked for one of the two.
        return Choice {
            reference: service.name.clone(),
            rule: "its name".to_owned(),
            pull: None,
            by_config: false,
        };
    };
    let by_dist = row.by_dist.iter().find(|(dist, _)| {
        let wanted = job.dist.as_deref();
        wanted == Some(*dist)
    });
    let (version, why) = match (&service.version, by_dist) {
        (Some(version), _) => (version.as_str(), format!(", for addons.{}", row.name)),
        (None, Some((dist, version))) => (*version, format!(", for dist {dist}")),
        (None, None) => (row.version, String::new()),
    };
    Choice {
        reference: format!("{}:{version}", row.image),
        rule: format!("the built-in table{why}"),
        pull: None,
        by_config: false,
    }
}

fn readiness(row: Option<&Row>, said: Option<&Ready>) -> Readiness {
    let port = said.and_then(|said| said.port);
    let command = said.and_then(|said| said.command.clone());
    let timeout = said.and_then(|said| said.timeout);
    let check = row.and_then(|row| row.check.as_ref());
    Readiness {
        port: port.or(row.map(|row| row.port)),
        command: command.or_else(|| check.map(Check::text)),
        then: row.and_then(|row| row.then).map(str::to_owned),
        timeout: Duration::from_secs(timeout.unwrap_or(row.map_or(TIMEOUT, |row| row.timeout))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::Rule;

    fn named(name: &str) -> Service {
        Service {
            name: name.to_owned(),
            ..Service::default()
        }
    }

    fn wanted(services: Vec<Service>, rules: &Rules) -> Vec<Wanted> {
        let job = Job {
            services,
            dist: Some("focal".to_owned()),
            ..Job::default()
        };
        choose(&job, rules).unwrap()
    }

    #[test]
    fn what_has_no_container_of_its_own_is_left_out() {
        let services = ["docker", "xvfb", "riak", "redis"].map(named).to_vec();
        let all = wanted(services, &Rules::default());
        let names: Vec<&str> = all.iter().map(|wanted| wanted.name.as_str()).collect();
        assert_eq!(names, ["redis"]);
    }

    #[test]
    fn the_image_follows_config_addon_dist_and_table_and_then_the_settings() {
        let mut by_addon = named("postgresql");
        by_addon.version = Some("9.6".to_owned());
        let mut by_config = named("redis");
        by_config.image = Some("valkey/valkey:8".to_owned());
        let rules = Rules {
            rules: vec![Rule {
                from: Some("memcached:*".to_owned()),
                image: "mirror/memcached:{1}".to_owned(),
                ..Rule::default()
            }],
            ..Rules::default()
        };
        let mut told = Vec::new();
        for service in [
            named("postgresql"),
            by_addon,
            by_config,
            named("mysql"),
            named("memcached"),
        ] {
            let choice = wanted(vec![service], &rules).remove(0).choice;
            told.push(format!("{}: {}", choice.reference, choice.rule));
        }
        insta::assert_snapshot!(told.join("\n"), @r"
        postgres:13: the built-in table, for dist focal
        postgres:9.6: the built-in table, for addons.postgresql
        valkey/valkey:8: image: in the config
        mysql:8.0: the built-in table
        mirror/memcached:1: images rule 1, for memcached:1 (the built-in table)
        ");
    }

    #[test]
    fn a_config_changes_only_what_it_says() {
        let mut service = named("postgresql");
        service.env = vec![
            ("POSTGRES_USER".into(), "me".into()),
            ("PGDATA".into(), "/elsewhere".into()),
        ];
        service.ready = Some(Ready {
            timeout: Some(5),
            ..Ready::default()
        });
        let wanted = wanted(vec![service], &Rules::default()).remove(0);
        let env: Vec<String> = wanted.env.iter().map(|(n, v)| format!("{n}={v}")).collect();
        assert_eq!(
            env,
            [
                "POSTGRES_HOST_AUTH_METHOD=trust",
                "POSTGRES_USER=me",
                "PGDATA=/elsewhere"
            ]
        );
        assert_eq!(wanted.ready.timeout, Duration::from_secs(5));
        assert_eq!(wanted.ready.port, Some(5432));
        assert!(wanted.ready.command.unwrap().contains("pg_isready"));
    }

    #[test]
    fn any_other_image_has_what_its_config_says() {
        let service = Service {
            name: "search".into(),
            image: Some("typesense:27".into()),
            command: vec!["--api-key=x".into()],
            ready: Some(Ready {
                command: Some("true".into()),
                port: Some(8108),
                timeout: None,
            }),
            ..Service::default()
        };
        let wanted = wanted(vec![service], &Rules::default()).remove(0);
        assert_eq!(wanted.command, ["--api-key=x"]);
        assert_eq!(
            wanted.ready,
            Readiness {
                port: Some(8108),
                command: Some("true".into()),
                then: None,
                timeout: Duration::from_secs(60),
            }
        );
        assert!(wanted.in_memory.is_empty());
    }

    #[test]
    fn a_version_that_is_no_tag_is_named_with_its_service() {
        let mut service = named("mariadb");
        service.version = Some("10 3".into());
        let job = Job {
            services: vec![service],
            ..Job::default()
        };
        let error = choose(&job, &Rules::default()).unwrap_err();
        assert!(
            error.starts_with("the service mariadb: \"mariadb:10 3\" is not"),
            "{error}"
        );
    }
}
