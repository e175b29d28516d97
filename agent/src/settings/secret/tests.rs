//! Where secrets come from, and which files are refused.

use super::*;
use crate::settings::places::{Finding, Places};
use secrecy::ExposeSecret;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const TOKEN: SecretName = SecretName("github.token");

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8], mode: u32) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    /// The value and its place, or what was found wrong, without the folder's name.
    fn read(&self, file: Option<&Path>, environment: &Environment) -> Result<String, String> {
        let places = Places::default();
        let mut checks = Checks::new(&places);
        let secret = TOKEN.read(file, environment, &mut checks);
        let findings = checks.finish();
        let folder = self.0.path().display().to_string();
        let text = match secret {
            Some(Some(secret)) => {
                assert_eq!(findings, []);
                Ok(format!(
                    "{} from {}",
                    secret.value.expose_secret(),
                    secret.name.found(&secret.place)
                ))
            }
            Some(None) => Ok("none".to_owned()),
            None => Err(findings.iter().map(said).collect::<String>()),
        };
        let neutral = |text: String| text.replace(&folder, "DIR");
        text.map(neutral).map_err(neutral)
    }
}

fn said(finding: &Finding) -> String {
    finding.to_error().to_string()
}

fn nothing() -> Environment {
    Environment::default()
}

#[test]
fn a_credential_that_cannot_be_looked_for_is_not_said_to_be_missing() {
    let home = Home::new();
    let file = home.file("token", b"from-file\n", 0o600);
    // A folder that is none is refused for root, too, which an unreadable one is not.
    let environment = Environment::of(&[], Some(file.clone()));
    let said = home.read(Some(&file), &environment).unwrap_err();
    assert!(said.contains("Not a directory"), "{said}");
}

#[test]
fn a_credential_comes_before_a_variable_and_that_before_a_file() {
    let home = Home::new();
    let file = home.file("token", b"from-file\n", 0o600);
    let read = |environment| home.read(Some(&file), &environment);
    assert_eq!(read(nothing()), Ok("from-file from DIR/token".to_owned()));
    let variables = [("AGENT_GITHUB_TOKEN", "from-variable")];
    let set = Environment::of(&variables, Some(home.0.path().to_owned()));
    assert_eq!(
        read(set.clone()),
        Ok("from-variable from AGENT_GITHUB_TOKEN".to_owned())
    );
    home.file("github-token", b"from-systemd", 0o440);
    assert_eq!(
        read(set),
        Ok("from-systemd from the systemd credential github-token".to_owned())
    );
    assert_eq!(home.read(None, &nothing()), Ok("none".to_owned()));
}

#[test]
fn a_file_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let home = Home::new();
    for mode in [0o640, 0o604, 0o644, 0o660, 0o666, 0o610] {
        let file = home.file("token", b"hunter2hunter2", mode);
        assert_eq!(
            home.read(Some(&file), &nothing()),
            Err(format!(
                "github.token_file DIR/token can be read by others (its mode is {mode:04o})\n\
                 hint: chmod 600 DIR/token"
            ))
        );
    }
    for mode in [0o600, 0o400] {
        let file = home.file("good", b"hunter2hunter2", mode);
        assert!(home.read(Some(&file), &nothing()).is_ok(), "{mode:o}");
    }
}

#[test]
fn a_file_of_another_user_is_refused_and_one_of_root_is_not() {
    let me = geteuid().as_raw();
    assert_eq!(foreign_owner(0), None);
    assert_eq!(foreign_owner(me), None);
    assert_eq!(foreign_owner(me + 1), Some(format!("chown {me}")));
}

#[test]
fn what_is_no_secret_is_refused_and_not_repeated() {
    let home = Home::new();
    for (bytes, what) in [
        (&b""[..], "is empty"),
        (b"\n \n", "is empty"),
        (b"hunter2\nhunter2\n", "is not one word in one line"),
        (b"hunter2 hunter2", "is not one word in one line"),
        (b"hunter2\0", "is not one word in one line"),
        (b"hunter2\xff", "is not text"),
    ] {
        let file = home.file("token", bytes, 0o600);
        let refused = home.read(Some(&file), &nothing());
        assert_eq!(refused, Err(format!("github.token_file DIR/token {what}")));
    }
    let large = home.file("large", &[b'x'; 20_000], 0o600);
    let refused = home.read(Some(&large), &nothing()).unwrap_err();
    assert!(refused.contains("too large for a secret"), "{refused}");
}

#[test]
fn a_path_that_leads_to_no_file_is_named() {
    let home = Home::new();
    let missing = home.0.path().join("missing");
    assert_eq!(
        home.read(Some(&missing), &nothing()),
        Err(
            "github.token_file DIR/missing cannot be read: No such file or directory (os error 2)"
                .to_owned()
        )
    );
    let folder = home.read(Some(home.0.path()), &nothing());
    assert_eq!(
        folder,
        Err("github.token_file DIR is not a file".to_owned())
    );
}

#[test]
fn a_secret_does_not_print() {
    let home = Home::new();
    let file = home.file("token", b"hunter2hunter2", 0o600);
    let places = Places::default();
    let secret = TOKEN.read(Some(&file), &nothing(), &mut Checks::new(&places));
    assert!(!format!("{secret:?}").contains("hunter2"));
}

#[test]
fn a_secret_that_was_replaced_is_read_anew() {
    let home = Home::new();
    let file = home.file("token", b"old\n", 0o600);
    let again = || {
        let secret = TOKEN.read_again(Some(&file), &nothing());
        secret.map(|secret| secret.expose_secret().to_owned())
    };
    assert_eq!(again().as_deref(), Ok("old"));
    std::fs::write(&file, "new").unwrap();
    assert_eq!(again().as_deref(), Ok("new"));
    std::fs::write(&file, "not one word").unwrap();
    let error = again().unwrap_err();
    assert!(
        error.ends_with("token is not one word in one line"),
        "{error}"
    );
    std::fs::remove_file(&file).unwrap();
    assert!(again().unwrap_err().contains("cannot be read"));
    let nowhere = TOKEN.read_again(None, &nothing()).unwrap_err();
    assert!(nowhere.contains("AGENT_GITHUB_TOKEN"), "{nowhere}");
}
