//! One test's world: a checkout, a data folder, settings, and the engine as it was before.

use crate::checkout::{Checkout, root};
use crate::engine::{self, Object};
use crate::services::Services;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempDir;

/// Tests of the fixture `thoughts` share a data folder, so that its layers stay warm.
static THOUGHTS: Mutex<()> = Mutex::new(());

pub(crate) struct World {
    pub(crate) checkout: Checkout,
    data: PathBuf,
    pub(crate) settings: PathBuf,
    pub(crate) services: Option<Services>,
    before: Vec<Object>,
    folder: TempDir,
    _alone: Option<MutexGuard<'static, ()>>,
}

impl World {
    /// A repository that holds nothing but this `.ci.yml`.
    pub(crate) fn of(config: &str) -> Self {
        Self::with_settings(config, "")
    }

    /// The same with an `agent.yml`.
    pub(crate) fn with_settings(config: &str, settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::new(folder.path().join("checkout"), "small");
        checkout.write(".ci.yml", config);
        checkout.commit();
        let data = folder.path().join("data");
        Self::new(folder, checkout, data, settings)
    }

    /// A commit of the files of a folder, with an `agent.yml`.
    pub(crate) fn copy(from: &Path, settings: &str) -> Self {
        let name = from.file_name().unwrap().to_str().unwrap();
        Self::copy_with(from, name, settings, &[])
    }

    /// The same as a repository of this name, with files beside those of the folder.
    pub(crate) fn copy_with(
        from: &Path,
        name: &str,
        settings: &str,
        files: &[(&str, &str)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::copy(folder.path().join("checkout"), from, name);
        for (file, text) in files {
            checkout.write(file, text);
        }
        checkout.commit();
        let data = folder.path().join("data");
        Self::new(folder, checkout, data, settings)
    }

    /// A copy of the fixture `plain`.
    pub(crate) fn plain() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::fixture(folder.path().join("plain"), "plain");
        let data = folder.path().join("data");
        Self::new(folder, checkout, data, "")
    }

    /// A copy of the fixture `thoughts` with its registry, sealed password and warm layers.
    pub(crate) fn thoughts() -> Self {
        let alone = THOUGHTS.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = dev_folder();
        let services = Services::start(&kept);
        let folder = tempfile::tempdir().unwrap();
        let checkout = Checkout::fixture(folder.path().join("thoughts"), "thoughts");
        let settings = services.settings.clone();
        let mut world = Self::new(folder, checkout, kept.join("data"), &settings);
        world.seal_thoughts(services.password());
        world.services = Some(services);
        world._alone = Some(alone);
        world
    }

    fn new(folder: TempDir, checkout: Checkout, data: PathBuf, settings: &str) -> Self {
        let file = folder.path().join("agent.yml");
        std::fs::write(&file, settings).unwrap();
        Self {
            checkout,
            data,
            settings: file,
            services: None,
            before: engine::objects(),
            folder,
            _alone: None,
        }
    }

    pub(crate) fn registry(&self) -> &Services {
        self.services.as_ref().unwrap()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The name by which the engine's objects of this data folder are known.
    pub(crate) fn identity(&self) -> String {
        let text = std::fs::read_to_string(self.data.join("identity"));
        text.map_or_else(|_| "none".to_owned(), |text| text.trim().to_owned())
    }

    /// The same after something of the test's own was taken down.
    #[track_caller]
    pub(crate) fn finish_with(self, down: impl FnOnce()) {
        let agent = self.identity();
        down();
        engine::expect_unchanged(&self.before, &agent);
    }

    /// Fails when the engine has anything more or less than before, layer stores apart.
    #[track_caller]
    pub(crate) fn finish(self) {
        engine::expect_unchanged(&self.before, &self.identity());
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() && self._alone.is_none() {
            engine::remove_all_of(&self.identity());
        }
    }
}

/// Kept between runs of these tests.
fn dev_folder() -> PathBuf {
    let folder = root().join("target/dev/build");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
