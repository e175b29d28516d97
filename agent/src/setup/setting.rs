//! The settings of a repository by name, as `agent repo set` takes them and `agent repo show` shows
//! them. A setting is added here and in [`RepositorySettings`], and nowhere else.

use crate::settings::{
    SMALLEST_DISK, SMALLEST_LOG, SMALLEST_MEMORY, read_size, read_time, say_size, say_time,
};
use crate::store::RepositorySettings;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// Its name, that of its field.
    pub name: &'static str,
    /// What it does, in one line.
    pub about: &'static str,
    place: Place,
}

/// Where its value is, and of which kind.
#[derive(Debug)]
enum Place {
    Switch(fn(&mut RepositorySettings) -> &mut bool),
    Limit(fn(&mut RepositorySettings) -> &mut Option<u32>),
    /// Bytes, at least so many.
    Size(fn(&mut RepositorySettings) -> &mut Option<u64>, u64),
    /// Seconds.
    Time(fn(&mut RepositorySettings) -> &mut Option<u64>),
    /// On, off, or as it follows from elsewhere.
    Choice(fn(&mut RepositorySettings) -> &mut Option<bool>),
}

/// All settings, in the order in which they are shown.
pub static SETTINGS: [Setting; 15] = [
    Setting {
        name: "build_pushes",
        about: "build pushes",
        place: Place::Switch(|settings| &mut settings.build_pushes),
    },
    Setting {
        name: "build_pull_requests",
        about: "build pull requests",
        place: Place::Switch(|settings| &mut settings.build_pull_requests),
    },
    Setting {
        name: "auto_cancel_pushes",
        about: "a newer push cancels builds of its branch that have not begun",
        place: Place::Switch(|settings| &mut settings.auto_cancel_pushes),
    },
    Setting {
        name: "auto_cancel_pull_requests",
        about: "the same for new commits of a pull request",
        place: Place::Switch(|settings| &mut settings.auto_cancel_pull_requests),
    },
    Setting {
        name: "docker",
        about: "jobs may have a Docker daemon of their own",
        place: Place::Switch(|settings| &mut settings.docker),
    },
    Setting {
        name: "docker_cache",
        about: "layers of these daemons are kept from one build to the next",
        place: Place::Switch(|settings| &mut settings.docker_cache),
    },
    Setting {
        name: "config_imports",
        about: "private repositories of the same owner may import configs from this one",
        place: Place::Switch(|settings| &mut settings.config_imports),
    },
    Setting {
        name: "max_jobs",
        about: "how many of its jobs run at once",
        place: Place::Limit(|settings| &mut settings.max_jobs),
    },
    Setting {
        name: "memory",
        about: "memory of each of its jobs",
        place: Place::Size(|settings| &mut settings.memory, SMALLEST_MEMORY),
    },
    Setting {
        name: "disk",
        about: "what each of its jobs may take on the disk",
        place: Place::Size(|settings| &mut settings.disk, SMALLEST_DISK),
    },
    Setting {
        name: "silence_limit",
        about: "time without output after which a job is stopped",
        place: Place::Time(|settings| &mut settings.silence_limit),
    },
    Setting {
        name: "hard_limit",
        about: "time after which a job is stopped in any case",
        place: Place::Time(|settings| &mut settings.hard_limit),
    },
    Setting {
        name: "log_head",
        about: "what is kept of the beginning of its logs",
        place: Place::Size(|settings| &mut settings.log_head, SMALLEST_LOG),
    },
    Setting {
        name: "log_tail",
        about: "what is kept of the end of its logs",
        place: Place::Size(|settings| &mut settings.log_tail, SMALLEST_LOG),
    },
    Setting {
        name: "travis",
        about: "jobs see TRAVIS=true; auto: those of a .travis.yml",
        place: Place::Choice(|settings| &mut settings.travis),
    },
];

/// What a setting is set to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// On or off.
    Switch(bool),
    /// At most so many; `None` for no limit of its own.
    Limit(Option<u32>),
    /// Bytes; `None` for the agent's limit.
    Size(Option<u64>),
    /// A time; `None` for the agent's limit.
    Time(Option<Duration>),
    /// On or off; `None` for what follows from elsewhere.
    Choice(Option<bool>),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Switch(true) | Self::Choice(Some(true)) => f.write_str("on"),
            Self::Switch(false) | Self::Choice(Some(false)) => f.write_str("off"),
            Self::Choice(None) => f.write_str("auto"),
            Self::Limit(Some(limit)) => write!(f, "{limit}"),
            Self::Size(Some(bytes)) => f.write_str(&say_size(*bytes)),
            Self::Time(Some(time)) => f.write_str(&say_time(*time)),
            Self::Limit(None) | Self::Size(None) | Self::Time(None) => f.write_str("none"),
        }
    }
}

impl Setting {
    /// The setting of that name, written with `_` or `-`.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        let name = name.replace('-', "_");
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    /// What it is set to.
    #[must_use]
    pub fn value(&self, settings: &RepositorySettings) -> Value {
        // The accessors are for writing, too.
        let mut settings = settings.clone();
        match self.place {
            Place::Switch(at) => Value::Switch(*at(&mut settings)),
            Place::Limit(at) => Value::Limit(*at(&mut settings)),
            Place::Size(at, _) => Value::Size(*at(&mut settings)),
            Place::Time(at) => Value::Time(at(&mut settings).map(Duration::from_secs)),
            Place::Choice(at) => Value::Choice(*at(&mut settings)),
        }
    }

    fn read(&'static self, text: &str) -> Result<Value, BadChange> {
        let lower = text.trim().to_ascii_lowercase();
        match self.place {
            Place::Switch(_) => on_or_off(&lower)
                .map(Value::Switch)
                .ok_or_else(|| BadChange::Switch(self.name, text.to_owned())),
            Place::Choice(_) if lower == "auto" => Ok(Value::Choice(None)),
            Place::Choice(_) => on_or_off(&lower)
                .map(|value| Value::Choice(Some(value)))
                .ok_or_else(|| BadChange::Choice(self.name, text.to_owned())),
            Place::Limit(_) if lower == "none" => Ok(Value::Limit(None)),
            Place::Limit(_) => match lower.parse() {
                Ok(limit) if limit > 0 => Ok(Value::Limit(Some(limit))),
                _ => Err(BadChange::Limit(self.name, text.to_owned())),
            },
            Place::Size(..) if lower == "none" => Ok(Value::Size(None)),
            Place::Size(_, least) => match read_size(text) {
                Ok(size) if size >= least => Ok(Value::Size(Some(size))),
                Ok(_) => Err(BadChange::Small(self.name, say_size(least))),
                Err(error) => Err(BadChange::Unit(self.name, error)),
            },
            Place::Time(_) if lower == "none" => Ok(Value::Time(None)),
            Place::Time(_) => match read_time(text) {
                Ok(time) if !time.is_zero() => Ok(Value::Time(Some(time))),
                Ok(_) => Err(BadChange::Small(self.name, "1s".to_owned())),
                Err(error) => Err(BadChange::Unit(self.name, error)),
            },
        }
    }
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "yes" => Some(true),
        "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// One setting and what it shall be.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// Which one.
    pub setting: &'static Setting,
    /// To what.
    pub value: Value,
}

impl Change {
    /// Makes it.
    pub fn apply(&self, settings: &mut RepositorySettings) {
        match (&self.setting.place, self.value) {
            (Place::Switch(at), Value::Switch(value)) => *at(settings) = value,
            (Place::Limit(at), Value::Limit(value)) => *at(settings) = value,
            (Place::Size(at, _), Value::Size(value)) => *at(settings) = value,
            (Place::Time(at), Value::Time(value)) => {
                *at(settings) = value.map(|time| time.as_secs());
            }
            (Place::Choice(at), Value::Choice(value)) => *at(settings) = value,
            // A value is read by its setting, so that the kinds are the same.
            (
                Place::Switch(_)
                | Place::Limit(_)
                | Place::Size(..)
                | Place::Time(_)
                | Place::Choice(_),
                _,
            ) => {}
        }
    }
}

/// A text that is no change of a setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// It has no `=`.
    #[error("write it as {0}=VALUE")]
    NoValue(String),
    /// There is no such setting.
    #[error("there is no setting {name}; {}", meant(name))]
    Unknown {
        /// As it was written.
        name: String,
    },
    /// No value of a switch.
    #[error("{0} is on or off, not {1:?}")]
    Switch(&'static str, String),
    /// No value of a switch that can be left open.
    #[error("{0} is on, off or auto, not {1:?}")]
    Choice(&'static str, String),
    /// No value of a limit.
    #[error("{0} is a number from 1 up, or none, not {1:?}")]
    Limit(&'static str, String),
    /// No size or time.
    #[error("{0}: {1}, or none")]
    Unit(&'static str, String),
    /// Less than makes sense.
    #[error("{0} is at least {1}, or none")]
    Small(&'static str, String),
}

impl FromStr for Change {
    type Err = BadChange;

    fn from_str(text: &str) -> Result<Self, BadChange> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value)),
            None => (text.trim(), None),
        };
        let Some(setting) = Setting::named(name) else {
            let name = name.to_owned();
            return Err(BadChange::Unknown { name });
        };
        let value = value.ok_or_else(|| BadChange::NoValue(setting.name.to_owned()))?;
        let value = setting.read(value)?;
        Ok(Self { setting, value })
    }
}

/// What somebody meant who wrote this, else all there is.
fn meant(name: &str) -> String {
    let name = name.replace('-', "_").to_ascii_lowercase();
    let names = SETTINGS.iter().map(|setting| setting.name);
    let near = names
        .clone()
        .map(|known| (strsim::normalized_damerau_levenshtein(known, &name), known))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    match near {
        Some((likeness, known)) if likeness > 0.5 => format!("did you mean {known}?"),
        _ => format!("there are {}", names.collect::<Vec<_>>().join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_of_the_settings_has_its_name_here() {
        let fields = serde_json::to_value(RepositorySettings::default()).unwrap();
        let mut fields: Vec<&String> = fields.as_object().unwrap().keys().collect();
        let mut names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        fields.sort();
        names.sort_unstable();
        assert_eq!(fields, names);
    }

    #[test]
    fn each_name_leads_to_its_own_field() {
        for setting in &SETTINGS {
            let mut settings = RepositorySettings::default();
            let value = match setting.value(&settings) {
                Value::Switch(value) => Value::Switch(!value),
                Value::Limit(_) => Value::Limit(Some(3)),
                Value::Size(_) => Value::Size(Some(3 << 30)),
                Value::Time(_) => Value::Time(Some(Duration::from_secs(3))),
                Value::Choice(_) => Value::Choice(Some(true)),
            };
            Change { setting, value }.apply(&mut settings);
            let changed = serde_json::to_value(&settings).unwrap();
            let before = serde_json::to_value(RepositorySettings::default()).unwrap();
            for (name, value) in changed.as_object().unwrap() {
                assert_eq!(before[name] != *value, name == setting.name, "{name}");
            }
        }
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        for (text, shown) in [
            ("docker=on", "on"),
            ("docker = No", "off"),
            ("config-imports=true", "on"),
            ("max_jobs=4", "4"),
            ("max_jobs=none", "none"),
            ("memory=8 gib", "8GiB"),
            ("disk=none", "none"),
            ("hard-limit=120m", "2h"),
            ("silence_limit=90", "90s"),
            ("travis=off", "off"),
            ("travis=Auto", "auto"),
        ] {
            let change: Change = text.parse().unwrap();
            assert_eq!(change.value.to_string(), shown, "{text}");
        }
    }

    #[test]
    fn what_is_no_change_is_answered_with_what_is() {
        let said = |text: &str| text.parse::<Change>().unwrap_err().to_string();
        assert_eq!(said("docker"), "write it as docker=VALUE");
        assert_eq!(said("docker=maybe"), "docker is on or off, not \"maybe\"");
        assert_eq!(
            said("max_jobs=0"),
            "max_jobs is a number from 1 up, or none, not \"0\""
        );
        assert_eq!(
            said("memory=lots"),
            "memory: \"lots\" is no size; write e.g. 4GiB, or none"
        );
        assert_eq!(said("memory=1MiB"), "memory is at least 16MiB, or none");
        assert_eq!(said("hard_limit=0"), "hard_limit is at least 1s, or none");
        assert_eq!(
            said("config_import=on"),
            "there is no setting config_import; did you mean config_imports?"
        );
        let all = said("colour=red");
        assert!(all.ends_with("log_head, log_tail, travis"), "{all}");
    }
}
