//! Images that a registry gives to one repository and not to another (threats T39 and T41).

use crate::registry::Registry;
use crate::world::{World, docker};
use agent::backend::{Backend, Login, Pull, Wanted};
use std::process::{Command, Stdio};
use std::sync::Mutex;

const PASSWORD: &str = "hunter2-of-the-registry";

/// A registry with one image, which is not on the machine.
struct Private {
    registry: Registry,
    image: String,
    digest: String,
}

impl Private {
    fn new() -> Self {
        let registry = Registry::private("robot", PASSWORD);
        let image = format!("{}/team/app:1", registry.address);
        docker(&["tag", "ci-test-small", &image]);
        let login = [
            "login",
            "-u",
            "robot",
            "--password-stdin",
            &registry.address,
        ];
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().display().to_string();
        let signed_in = |words: &[&str]| {
            let mut child = Command::new("docker")
                .args(["--config", &config])
                .args(words)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            use std::io::Write;
            child
                .stdin
                .take()
                .unwrap()
                .write_all(PASSWORD.as_bytes())
                .unwrap();
            assert!(child.wait().unwrap().success(), "{words:?}");
        };
        signed_in(&login);
        signed_in(&["push", "--quiet", &image]);
        let name = image.rsplit_once(':').unwrap().0.to_owned();
        let format = "{{range .RepoDigests}}{{println .}}{{end}}";
        let digests = docker(&["image", "inspect", "--format", format, &image]);
        let pinned = digests
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}@")));
        let digest = pinned.unwrap().to_owned();
        let private = Self {
            registry,
            image,
            digest,
        };
        private.remove();
        private
    }

    fn remove(&self) {
        docker(&["image", "rm", &self.image]);
    }

    fn wanted(&self, login: Option<&str>) -> Wanted {
        Wanted {
            login: login.map(|password| Login {
                registry: self.registry.address.clone(),
                username: "robot".to_owned(),
                password: password.to_owned().into(),
            }),
            ..Wanted::plain(&self.image)
        }
    }
}

#[tokio::test]
async fn a_private_image_that_lies_here_is_given_to_nobody_whom_its_registry_would_not_give_it() {
    let world = World::new().await;
    let private = Private::new();
    let have = async |wanted: &Wanted| {
        let had = world.backend.have(wanted, &|_| {}).await;
        had.map_err(|error| {
            let text = error.with_hint();
            assert!(!text.contains(PASSWORD), "{text}");
            text
        })
    };
    // Nobody gets it without an account, before it is here and after.
    let stranger = private.wanted(None);
    assert!(
        have(&stranger)
            .await
            .unwrap_err()
            .contains("without an account")
    );
    let image = have(&private.wanted(Some(PASSWORD))).await.unwrap();
    assert_eq!(image.digest.as_deref(), Some(private.digest.as_str()));
    for pull in [Pull::Missing, Pull::Never, Pull::Always] {
        let stranger = Wanted {
            pull,
            ..stranger.clone()
        };
        let refused = have(&stranger).await.unwrap_err();
        assert!(refused.contains("does not give it"), "{pull:?}: {refused}");
        let with = Wanted {
            pull,
            ..private.wanted(Some(PASSWORD))
        };
        assert_eq!(have(&with).await.as_ref(), Ok(&image), "{pull:?}");
    }
    // Nor by a wrong password, by its digest, or by its number.
    let wrong = have(&private.wanted(Some("guessed"))).await.unwrap_err();
    assert!(wrong.contains("the account robot"), "{wrong}");
    let name = private.image.rsplit_once(':').unwrap().0;
    let number = image.id.trim_start_matches("sha256:");
    for other in [
        format!("{name}@{}", private.digest),
        number.to_owned(),
        number.chars().take(12).collect(),
        image.id.clone(),
    ] {
        let never = Wanted {
            pull: Pull::Never,
            ..Wanted::plain(&other)
        };
        assert!(have(&never).await.is_err(), "{other}");
    }
    // An agent that begins anew remembers; one that never had it goes by its settings.
    let again = crate::world::backend(world.data.path()).await;
    assert!(again.have(&stranger, &|_| {}).await.is_err());
    let folder = tempfile::tempdir().unwrap();
    let other = crate::world::backend(folder.path()).await;
    let guarded = Wanted {
        guarded: true,
        ..stranger.clone()
    };
    assert!(other.have(&guarded, &|_| {}).await.is_err());
    private.remove();
    world.finish().await;
}

#[tokio::test]
async fn a_pinned_digest_is_what_a_job_gets_and_a_pull_is_told() {
    let world = World::new().await;
    let private = Private::new();
    let name = private.image.rsplit_once(':').unwrap().0;
    let pinned = Wanted {
        reference: format!("{name}@{}", private.digest),
        ..private.wanted(Some(PASSWORD))
    };
    let told = Mutex::new(Vec::new());
    let tell = |line| told.lock().unwrap().push(line);
    let image = world.backend.have(&pinned, &tell).await.unwrap();
    assert_eq!(image.digest.as_deref(), Some(private.digest.as_str()));
    let told = told.into_inner().unwrap();
    assert_eq!(told.first(), Some(&format!("Pulling {}", pinned.reference)));
    assert!(told.len() >= 2, "{told:?}");
    let absent = Wanted {
        reference: format!("{name}@sha256:{}", "0".repeat(64)),
        ..pinned.clone()
    };
    let error = world.backend.have(&absent, &|_| {}).await.unwrap_err();
    assert!(error.to_string().contains("has no such image"), "{error}");
    let never = Wanted {
        reference: format!("{name}:2"),
        pull: Pull::Never,
        ..pinned.clone()
    };
    let error = world.backend.have(&never, &|_| {}).await.unwrap_err();
    assert!(error.with_hint().contains("pull: missing"), "{error}");
    docker(&["image", "rm", &pinned.reference]);
    world.finish().await;
}
