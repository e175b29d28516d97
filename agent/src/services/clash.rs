//! Services that cannot all be there: too many, or two that want the same port, as far as that is known
//! beforehand.

use super::in_containers;
use super::table::row;
use schema::plan::{Job, Service};

/// More services than any job needs; each has limits of its own.
const MOST: usize = 16;

/// Too many services for one job, in words.
#[must_use]
pub fn too_many(job: &Job) -> Option<String> {
    let count = in_containers(job).count();
    (count > MOST).then(|| format!("it asks for {count} services, and a job has {MOST} at most"))
}

/// Two services of a job that take the same port of its localhost, in words.
#[must_use]
pub fn clash(job: &Job) -> Option<String> {
    let known = in_containers(job).filter_map(|service| Some((service, port(service)?)));
    let known: Vec<(&Service, u16)> = known.collect();
    known.iter().enumerate().find_map(|(at, (first, port))| {
        let mut later = known.iter().skip(at + 1);
        let (second, _) = later.find(|(_, other)| other == port)?;
        Some(format!(
            "its services {} and {} both take port {port} of the job's localhost: leave one out, or \
             let one listen elsewhere and say so with `ready: {{port: …}}`",
            first.name, second.name
        ))
    })
}

fn port(service: &Service) -> Option<u16> {
    let said = service.ready.as_ref().and_then(|ready| ready.port);
    said.or(row(&service.name).map(|row| row.port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::plan::Ready;

    fn job(services: &[(&str, Option<u16>)]) -> Job {
        let services = services.iter().map(|(name, port)| Service {
            name: (*name).to_owned(),
            image: Some("some:1".to_owned()),
            ready: port.map(|port| Ready {
                port: Some(port),
                ..Ready::default()
            }),
            ..Service::default()
        });
        Job {
            services: services.collect(),
            ..Job::default()
        }
    }

    #[test]
    fn two_services_of_one_port_are_named() {
        let both = job(&[("redis", None), ("mysql", None), ("mariadb", None)]);
        let told = clash(&both).unwrap();
        assert!(
            told.starts_with("its services mysql and mariadb both take port 3306"),
            "{told}"
        );
        let own = job(&[("redis", None), ("valkey", Some(6379))]);
        assert!(clash(&own).unwrap().contains("redis and valkey"));
    }

    #[test]
    fn services_have_a_limit_in_number() {
        let names: Vec<String> = (0..=MOST).map(|number| format!("s{number}")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), None)).collect();
        assert_eq!(too_many(&job(&many[1..])), None);
        let told = too_many(&job(&many)).unwrap();
        assert_eq!(told, "it asks for 17 services, and a job has 16 at most");
    }

    #[test]
    fn other_ports_and_unknown_ones_are_let_be() {
        let apart = job(&[
            ("mysql", None),
            ("mariadb", Some(3307)),
            ("a", None),
            ("b", None),
        ]);
        assert_eq!(clash(&apart), None);
    }
}
