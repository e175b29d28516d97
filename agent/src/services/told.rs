//! What the log and the job's state say of services.

use super::choose::Wanted;
use crate::backend::{Image, ServiceEnd};
use crate::report::duration::short;
use std::time::Duration;

/// A service as the log tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    name: String,
    image: String,
}

impl Told {
    /// Of what was chosen, and what that is on this machine.
    #[must_use]
    pub fn new(wanted: &Wanted, image: &Image) -> Self {
        let pinned = image.digest.as_ref().unwrap_or(&image.id);
        let (reference, rule) = (&wanted.choice.reference, &wanted.choice.rule);
        Self {
            name: wanted.name.clone(),
            image: format!("{reference} ({rule}), {pinned}"),
        }
    }
}

/// A line for each service that is ready.
#[must_use]
pub fn ready(services: &[Told], took: &[Duration]) -> Vec<String> {
    let lines = services.iter().zip(took);
    let lines = lines.map(|(service, took)| {
        let Told { name, image } = service;
        format!("{name} is ready after {}: {image}", short(*took))
    });
    lines.collect()
}

/// The lines about a service that did not get ready: all services, what happened, and what it
/// printed last.
#[must_use]
pub fn failed(services: &[Told], name: &str, reason: &str, said: &str) -> Vec<String> {
    let images = services.iter().map(|service| {
        let Told { name, image } = service;
        format!("{name}: {image}")
    });
    let mut lines: Vec<String> = images.collect();
    lines.push(format!("\x1b[31;1mThe service {name} {reason}.\x1b[0m"));
    if !said.is_empty() {
        lines.push("The last that it printed:".to_owned());
        lines.extend(said.lines().map(|line| format!("  {}", line.trim_end())));
    }
    lines
}

/// A service that ended while the job ran, as a warning.
#[must_use]
pub fn ended(end: &ServiceEnd) -> String {
    let name = &end.name;
    match (end.code, end.out_of_memory) {
        (None, _) => format!("the service {name} was removed while the job ran"),
        (Some(_), true) => {
            format!("the service {name} was killed while the job ran: out of memory")
        }
        (Some(code), false) => {
            format!("the service {name} ended with exit code {code} while the job ran")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Told {
        Told {
            name: name.to_owned(),
            image: format!("{name}:1 (the built-in table), sha256:1"),
        }
    }

    #[test]
    fn each_service_has_a_line_with_its_image_and_time() {
        let took = [Duration::from_millis(1234), Duration::from_millis(300)];
        let lines = ready(&[told("postgresql"), told("redis")], &took);
        insta::assert_snapshot!(lines.join("\n"), @r"
        postgresql is ready after 1.2s: postgresql:1 (the built-in table), sha256:1
        redis is ready after 0.3s: redis:1 (the built-in table), sha256:1
        ");
    }

    #[test]
    fn a_service_that_failed_is_named_with_its_last_lines() {
        let lines = failed(
            &[told("redis")],
            "redis",
            "ended with exit code 1",
            "a\r\nb\n",
        );
        insta::assert_snapshot!(lines.join("\n").replace('\x1b', "^"), @r"
        redis: redis:1 (the built-in table), sha256:1
        ^[31;1mThe service redis ended with exit code 1.^[0m
        The last that it printed:
          a
          b
        ");
    }

    #[test]
    fn an_end_in_the_middle_says_how() {
        let end = |code, out_of_memory| {
            ended(&ServiceEnd {
                name: "db".to_owned(),
                code,
                out_of_memory,
            })
        };
        assert_eq!(
            end(Some(1), false),
            "the service db ended with exit code 1 while the job ran"
        );
        assert!(end(Some(137), true).ends_with("out of memory"));
        assert!(end(None, false).contains("was removed"));
    }
}
