//! The registry, the mirror and the downloads that the fixture `thoughts` needs, by
//! `script/services`. Each test gets an empty registry with a password of its own.

use crate::checkout::root;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) const USER: &str = "ci";
const IMAGE: &str = "thoughts/server";

pub(crate) struct Services {
    folder: PathBuf,
    password: String,
    /// `agent.yml` for jobs that use them.
    pub(crate) settings: String,
    env: String,
}

impl Services {
    /// Starts them; `folder` keeps their state and what they serve.
    pub(crate) fn start(folder: &Path) -> Self {
        let password = format!("password-{}", ulid::Ulid::generate());
        let served = folder.join("downloads");
        std::fs::create_dir_all(&served).unwrap();
        let served = served.display().to_string();
        let settings = script(folder, &["thoughts", &served], &password);
        Self {
            env: script(folder, &["env"], ""),
            folder: folder.to_owned(),
            password,
            settings,
        }
    }

    /// The registry alone.
    #[allow(dead_code, reason = "for the daemon, in tests/whole")]
    pub(crate) fn registry(folder: &Path) -> Self {
        let password = format!("password-{}", ulid::Ulid::generate());
        script(folder, &["registry", USER], &password);
        let mut services = Self {
            env: script(folder, &["env"], ""),
            folder: folder.to_owned(),
            password,
            settings: String::new(),
        };
        let address = services.address("REGISTRY");
        services.settings = format!("docker: {{insecure_registries: [\"{address}\"]}}\n");
        services
    }

    pub(crate) fn password(&self) -> &str {
        &self.password
    }

    /// Where one of them listens, e.g. `REGISTRY`.
    pub(crate) fn address(&self, name: &str) -> &str {
        let mut lines = self.env.lines();
        let found = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {name} in {}", self.env))
    }

    /// The registry's tags of the server image, sorted.
    pub(crate) fn tags(&self) -> Vec<String> {
        let Some(answer) = self.ask("tags/list", &[]) else {
            return Vec::new();
        };
        let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let tags = answer["tags"].as_array().cloned().unwrap_or_default();
        let mut tags: Vec<_> = tags
            .iter()
            .filter_map(|tag| Some(tag.as_str()?.to_owned()))
            .collect();
        tags.sort();
        tags
    }

    /// The digest that the registry itself tells for a tag.
    pub(crate) fn digest(&self, tag: &str) -> String {
        let kinds = "Accept: application/vnd.docker.distribution.manifest.v2+json, \
                     application/vnd.oci.image.manifest.v1+json, \
                     application/vnd.oci.image.index.v1+json";
        let head = self.ask(&format!("manifests/{tag}"), &["--head", "--header", kinds]);
        let head = head.unwrap_or_default().to_lowercase();
        let mut lines = head.lines();
        let line = lines.find_map(|line| line.strip_prefix("docker-content-digest:"));
        line.unwrap_or_default().trim().to_owned()
    }

    /// The password goes by a pipe, so that no process list shows it.
    fn ask(&self, path: &str, options: &[&str]) -> Option<String> {
        let url = format!("http://{}/v2/{IMAGE}/{path}", self.address("REGISTRY"));
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--fail", "--config", "-"])
            .args(options)
            .arg(url);
        output(&mut curl, &format!("user = \"{USER}:{}\"", self.password))
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        script(&self.folder, &["stop"], "");
    }
}

fn script(folder: &Path, args: &[&str], input: &str) -> String {
    let mut script = Command::new(root().join("script/services"));
    script.args(args).env("AGENT_DEV_DIR", folder);
    let said = output(&mut script, input);
    said.unwrap_or_else(|| panic!("script/services {args:?} failed"))
}

/// What a command prints, given that input; none when it fails.
fn output(command: &mut Command, input: &str) -> Option<String> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read has its reasons.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}
