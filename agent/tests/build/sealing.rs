//! Keys and sealed values in a world's config, by the commands that people use.

use crate::services::USER;
use crate::world::World;

impl World {
    /// The fixture's secrets are placeholders: a key and a registry exist only now.
    pub(crate) fn seal_thoughts(&self, password: &str) {
        self.checkout
            .edit(".ci.yml", |config| without_placeholders(&config));
        self.make_key("thoughts");
        self.seal("thoughts", "REGISTRY_USER", USER);
        self.seal("thoughts", "REGISTRY_PASSWORD", password);
        self.checkout.commit();
        self.checkout.git(&["tag", "v1.0.0"]);
    }

    /// Gives the fixture `plain` secrets that open.
    pub(crate) fn seal_plain(&self, token: &str) {
        self.checkout
            .edit(".ci.yml", |config| without_placeholders(&config));
        self.make_key("plain");
        self.seal("plain", "REPORT_USER", "reporter");
        self.seal("plain", "REPORT_TOKEN", token);
    }

    /// A key for `example/<name>`.
    pub(crate) fn make_key(&self, name: &str) {
        let slug = format!("example/{name}");
        let made = self
            .agent(&["keys", "generate", "-r", &slug, "--repo-id", "1"])
            .output();
        assert!(made.as_ref().unwrap().status.success(), "{made:?}");
    }

    /// Seals a value into the config.
    pub(crate) fn seal(&self, name: &str, variable: &str, value: &str) {
        let slug = format!("example/{name}");
        let pair = format!("{variable}={value}");
        let sealed = self
            .agent(&["encrypt", "-r", &slug, &pair, "--add"])
            .output();
        assert!(sealed.as_ref().unwrap().status.success(), "{sealed:?}");
    }
}

fn without_placeholders(config: &str) -> String {
    let lines = config
        .lines()
        .filter(|line| !line.contains("sec1.0000000000000000."));
    lines.map(|line| format!("{line}\n")).collect()
}
