//! `jobs:`: limits of a job, and what it needs of the host's network.

use crate::backend::Limits;
use crate::error::{Exit, UserError};
use serde::{Deserialize, Deserializer, de::Error};
use std::path::PathBuf;
use std::time::Duration;

/// How jobs run.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct JobSettings {
    /// Jobs that run at once; 0 means one per processor, at least two.
    pub parallel: usize,
    /// Bytes of memory of a job, e.g. `4GiB`; swap is off.
    #[serde(deserialize_with = "size")]
    pub memory: u64,
    /// Processes and threads of a job.
    pub pids: i64,
    /// Processors of a job, e.g. `2` or `1.5`.
    #[serde(rename = "cpus", deserialize_with = "millis")]
    pub cpu_millis: i64,
    /// Time without any output after which a job is stopped, e.g. `10m`.
    #[serde(deserialize_with = "time")]
    pub silence_limit: Duration,
    /// Time after which a job is stopped in any case, e.g. `50m`.
    #[serde(deserialize_with = "time")]
    pub hard_limit: Duration,
    /// Time between asking a job to stop and killing it.
    #[serde(deserialize_with = "time")]
    pub grace: Duration,
    /// Certificate authorities that jobs, their Docker daemons and image builds trust (PEM).
    pub ca_file: Option<PathBuf>,
    /// Proxies of jobs, their Docker daemons and image builds.
    pub proxy: ProxySettings,
    /// The image of `language: generic`, and of the jobs' Docker daemons.
    pub base_image: String,
}

/// `jobs.proxy`: the usual three variables.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, expecting = "a map of settings")]
pub struct ProxySettings {
    /// For `http://`.
    pub http: Option<String>,
    /// For `https://`.
    pub https: Option<String>,
    /// Hosts that are reached directly.
    pub no_proxy: Option<String>,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            parallel: 0,
            memory: 4 << 30,
            pids: 4096,
            cpu_millis: 2000,
            silence_limit: Duration::from_secs(10 * 60),
            hard_limit: Duration::from_secs(50 * 60),
            grace: Duration::from_secs(10),
            ca_file: None,
            proxy: ProxySettings::default(),
            base_image: "agent-base:latest".to_owned(),
        }
    }
}

impl JobSettings {
    /// The container's limits.
    #[must_use]
    pub fn limits(&self) -> Limits {
        Limits {
            memory: self.memory,
            pids: self.pids,
            cpu_millis: self.cpu_millis,
            shm: 64 << 20,
        }
    }

    /// How many jobs run at once.
    #[must_use]
    pub fn parallel(&self) -> usize {
        if self.parallel > 0 {
            return self.parallel;
        }
        std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2))
    }

    /// Refuses values that would switch a limit off by mistake (security T18).
    pub(super) fn check(&self, file: &str) -> Result<(), UserError> {
        let refuse = |what: &str| Err(UserError::new(Exit::Usage, format!("{file}: {what}")));
        if self.silence_limit.is_zero() || self.hard_limit.is_zero() {
            return refuse("jobs.silence_limit and jobs.hard_limit must be more than 0");
        }
        if self.memory < 16 << 20 {
            return refuse("jobs.memory must be at least 16MiB");
        }
        if self.pids < 16 {
            return refuse("jobs.pids must be at least 16");
        }
        if self.cpu_millis < 10 {
            return refuse("jobs.cpus must be at least 0.01");
        }
        if let Some(ca_file) = &self.ca_file
            && !ca_file.is_file()
        {
            return refuse(&format!("jobs.ca_file {} is not a file", ca_file.display()));
        }
        Ok(())
    }
}

impl ProxySettings {
    /// As environment variables, in both spellings that programs look for.
    #[must_use]
    pub fn variables(&self) -> Vec<(String, String)> {
        [
            ("http_proxy", &self.http),
            ("https_proxy", &self.https),
            ("no_proxy", &self.no_proxy),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)))
        .flat_map(|(name, value)| {
            [
                (name.to_uppercase(), value.clone()),
                (name.to_owned(), value),
            ]
        })
        .collect()
    }
}

/// A number or a text, as YAML gives it.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Int(u64),
    Float(f64),
    Text(String),
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = match Written::deserialize(from)? {
        Written::Int(bytes) => return Ok(bytes),
        Written::Float(_) => {
            return Err(D::Error::custom(
                "a size is a whole number with a unit, e.g. 4GiB",
            ));
        }
        Written::Text(text) => text,
    };
    let (number, unit) = split(&text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => {
            return Err(D::Error::custom(format!(
                "{text:?} is no size; write e.g. 4GiB"
            )));
        }
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no size; write e.g. 4GiB")))
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    let text = match Written::deserialize(from)? {
        Written::Int(seconds) => return Ok(Duration::from_secs(seconds)),
        Written::Float(_) => {
            return Err(D::Error::custom(
                "a time is a whole number with a unit, e.g. 10m",
            ));
        }
        Written::Text(text) => text,
    };
    let (number, unit) = split(&text);
    let factor = match unit {
        "s" => 1,
        "m" | "min" => 60,
        "h" => 3600,
        _ => {
            return Err(D::Error::custom(format!(
                "{text:?} is no time; write e.g. 10m"
            )));
        }
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .map(Duration::from_secs)
        .ok_or_else(|| D::Error::custom(format!("{text:?} is no time; write e.g. 10m")))
}

fn millis<'de, D: Deserializer<'de>>(from: D) -> Result<i64, D::Error> {
    let cpus = match Written::deserialize(from)? {
        Written::Int(number) => f64::from(u32::try_from(number).unwrap_or(u32::MAX)),
        Written::Float(number) => number,
        Written::Text(text) => text
            .parse()
            .map_err(|_| D::Error::custom(format!("{text:?} is no number of processors")))?,
    };
    if !(0.0..=4096.0).contains(&cpus) {
        return Err(D::Error::custom(format!(
            "{cpus} is no number of processors"
        )));
    }
    // In range by the check above.
    #[allow(clippy::cast_possible_truncation)]
    Ok((cpus * 1000.0) as i64)
}

fn split(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    (&text[..end], text[end..].trim())
}
