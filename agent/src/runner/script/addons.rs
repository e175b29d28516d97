//! What `addons:` asks for, before the checkout (run-time reference §1.1, §7): calls of the functions in
//! `helpers/addons.sh`, which get every value of the config as an argument. Hosts and the machine's name
//! are the container's.

use super::builder::{Builder, OwnCommand};
use super::quote;
use super::style;
use crate::protocol::{Failure, Phase, When};
use schema::plan::{Addons, Apt, AptSource, Job};

/// What is called in the job's shell, in groups that are folded together.
struct Group {
    fold: &'static str,
    /// What must hold first; it says by itself where it does not.
    needs: Option<String>,
    /// Lines before the commands.
    says: Vec<String>,
    commands: Vec<OwnCommand>,
}

/// Whether a job's shell needs the functions.
pub(super) fn are_wanted(job: &Job) -> bool {
    !groups(&job.addons).is_empty()
}

/// The steps of the phase; none where there is nothing to do.
pub(super) fn run(builder: &mut Builder<'_>, job: &Job) {
    let groups = groups(&job.addons);
    let ignored = &job.addons.ignored;
    if groups.is_empty() && ignored.is_empty() {
        return;
    }
    builder.phase(Phase::Addons, None, When::Always);
    if !ignored.is_empty() {
        builder.text(style::yellow(&format!(
            "Nothing comes of addons.{} here; `agent validate` says what to do in its place.",
            ignored.join(" and addons.")
        )));
    }
    for group in groups {
        builder.text(style::fold_start(group.fold));
        for line in &group.says {
            builder.text(style::yellow(line));
        }
        if let Some(text) = group.needs {
            builder.requirement(text);
        }
        for command in group.commands {
            builder.own_command(command);
        }
        builder.text(style::fold_end(group.fold));
    }
}

/// How a command is called, by its number.
pub(super) fn text(job: &Job, number: u32) -> Option<String> {
    let commands = groups(&job.addons)
        .into_iter()
        .flat_map(|group| group.commands);
    let mut commands = commands.filter(|command| command.number == number);
    commands.next().map(|command| command.label)
}

fn groups(addons: &Addons) -> Vec<Group> {
    let mut groups = Vec::new();
    if !addons.apt.is_empty() {
        groups.push(apt(&addons.apt));
    }
    let browsers = [("chrome", &addons.chrome), ("firefox", &addons.firefox)];
    for (name, version) in browsers {
        if let Some(version) = version {
            groups.push(Group {
                fold: name,
                needs: None,
                says: Vec::new(),
                commands: vec![OwnCommand {
                    label: format!("addons.{name}: {version}"),
                    text: format!("ci__{name} {}", quote::literal(version)),
                    failure: Failure::Assert,
                    span: addons.span,
                    ..OwnCommand::default()
                }],
            });
        }
    }
    let hosts = addons.ssh_known_hosts.iter().map(|host| {
        let name = quote::literal(&host.name);
        let port = host.port.unwrap_or(22);
        OwnCommand {
            label: format!("ssh-keyscan -p {port} {name} >> ~/.ssh/known_hosts"),
            text: format!("ci__known_host {name} {port}"),
            span: addons.span,
            ..OwnCommand::default()
        }
    });
    let commands: Vec<OwnCommand> = hosts.collect();
    if !commands.is_empty() {
        groups.push(Group {
            fold: "ssh_known_hosts",
            needs: None,
            says: Vec::new(),
            commands,
        });
    }
    let all = groups.iter_mut().flat_map(|group| &mut group.commands);
    for (number, command) in (1..).zip(all) {
        command.number = number;
    }
    groups
}

fn apt(apt: &Apt) -> Group {
    let command = |label: String, text: String, failure| OwnCommand {
        label,
        text,
        failure,
        span: apt.span,
        ..OwnCommand::default()
    };
    let mut commands = Vec::new();
    let mut says = Vec::new();
    if apt.retries {
        let line = "Acquire::Retries \"3\";";
        let place = "/etc/apt/apt.conf.d/80ci-retries";
        let text = format!(
            "printf '%s\\n' {} | sudo tee {place} > /dev/null",
            quote::literal(line)
        );
        commands.push(command(
            format!("echo '{line}' > {place}"),
            text,
            Failure::Ignore,
        ));
    }
    for (number, source) in (1..).zip(&apt.sources) {
        commands.push(match source {
            AptSource::Ppa(name) => {
                let name = quote::literal(name);
                let label = format!("sudo -E add-apt-repository -y {name}");
                OwnCommand {
                    tells: true,
                    ..command(label, format!("ci__apt_ppa {name}"), Failure::Assert)
                }
            }
            AptSource::Line { line, key } => {
                let mut text = format!("ci__apt_source {number} {}", quote::literal(line));
                if let Some(key) = key {
                    text.push(' ');
                    text.push_str(&quote::literal(key));
                }
                let place = format!("/etc/apt/sources.list.d/ci-{number}.list");
                let label = format!("echo {} > {place}", quote::literal(line));
                command(label, text, Failure::Assert)
            }
            AptSource::Unknown(name) => {
                says.push(format!(
                    "No source of packages is known as {name:?}: it is not added."
                ));
                continue;
            }
        });
    }
    commands.push(command(
        "travis_apt_get_update".to_owned(),
        "ci__apt_update".to_owned(),
        Failure::Ignore,
    ));
    if !apt.packages.is_empty() {
        let packages: Vec<String> = apt.packages.iter().map(|one| quote::literal(one)).collect();
        let packages = packages.join(" ");
        commands.push(command(
            format!(
                "sudo -E apt-get -yq --no-install-suggests --no-install-recommends install {packages}"
            ),
            format!("ci__apt_packages {packages}"),
            Failure::Assert,
        ));
    }
    Group {
        fold: "apt",
        needs: Some("ci__apt_ready apt".to_owned()),
        says,
        commands,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::plan::KnownHost;

    #[test]
    fn values_are_words_and_commands_are_numbered_through() {
        let job = Job {
            addons: Addons {
                apt: Apt {
                    packages: vec!["cmake=3.*".to_owned(), "it's".to_owned()],
                    ..Apt::default()
                },
                ssh_known_hosts: vec![KnownHost {
                    name: "e.org".to_owned(),
                    port: Some(6022),
                }],
                ..Addons::default()
            },
            ..Job::default()
        };
        let groups = groups(&job.addons);
        let commands: Vec<_> = groups.iter().flat_map(|group| &group.commands).collect();
        let texts: Vec<_> = commands.iter().map(|one| one.text.as_str()).collect();
        let expected = [
            "ci__apt_update",
            r"ci__apt_packages 'cmake=3.*' 'it'\''s'",
            "ci__known_host e.org 6022",
        ];
        assert_eq!(texts, expected);
        assert_eq!(text(&job, 1).as_deref(), Some("travis_apt_get_update"));
        assert!(text(&job, 3).is_some_and(|text| text.starts_with("ssh-keyscan")));
        assert_eq!(text(&job, 4), None);
        assert!(!are_wanted(&Job::default()));
    }
}
