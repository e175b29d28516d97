//! Keys from their making to their end.

use super::*;
use crate::secrets::{AtRestError, KeyringError, MasterError, SecretErrorKind, Slot, seal};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

struct Data {
    folder: tempfile::TempDir,
    keyring: Keyring,
}

fn data() -> Data {
    let folder = tempfile::tempdir().unwrap();
    let keyring = Keyring::open(&folder.path().join("keys")).unwrap();
    Data { folder, keyring }
}

fn opens(keyring: &Keyring, masters: MasterKeys, sealed: &str) -> Result<(), SecretErrorKind> {
    let opener = Opener::new(keyring, &Ok(masters), "github.com", 12);
    let opened = opener.open_env(sealed, &place("env[0].secure"), None);
    opened.map(|_| ()).map_err(|error| error.kind)
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn only_the_owner_may_read_keys() {
    let Data {
        folder,
        mut keyring,
    } = data();
    let key = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let keys = folder.path().join("keys");
    assert_eq!(mode(&keys), 0o700);
    assert_eq!(mode(&keys.join(format!("{}.json", key.kid()))), 0o600);
}

#[test]
fn a_repository_gets_one_key_until_it_is_rotated() {
    let Data { mut keyring, .. } = data();
    let first = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let again = keyring
        .generate(&repository(), &masters(1), now())
        .unwrap_err();
    assert!(matches!(again, KeyringError::Exists(kid) if kid == first.kid()));
    let later = now() + jiff::SignedDuration::from_secs(1);
    let second = keyring.rotate(&repository(), &masters(1), later).unwrap();
    assert_eq!(
        keyring.active("github.com", 12).unwrap().kid(),
        second.kid()
    );
    assert_eq!(
        keyring.repository("github.com", "Owner/Repo"),
        Some(&repository())
    );
}

#[test]
fn a_rotated_key_opens_until_it_is_retired() {
    let Data { mut keyring, .. } = data();
    let first = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let string = seal(&first.public, &Slot::Env, &plaintext("A=1"))
        .unwrap()
        .to_text();
    let later = now() + jiff::SignedDuration::from_secs(1);
    keyring.rotate(&repository(), &masters(1), later).unwrap();
    assert_eq!(opens(&keyring, masters(1), &string), Ok(()));
    keyring.retire(first.kid(), later).unwrap();
    assert_eq!(
        opens(&keyring, masters(1), &string),
        Err(SecretErrorKind::RetiredKey(first.kid()))
    );
    let again = keyring.retire(first.kid(), later).unwrap_err();
    assert!(matches!(again, KeyringError::Retired(_)));
}

#[test]
fn another_or_no_master_key_is_said_and_opens_nothing() {
    let Data { mut keyring, .. } = data();
    let key = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let string = seal(&key.public, &Slot::Env, &plaintext("A=1"))
        .unwrap()
        .to_text();
    let other = opens(&keyring, masters(2), &string).unwrap_err();
    assert_eq!(
        other.to_string(),
        "cannot be opened: the private key is sealed with another master key"
    );
    let missing = Err(MasterError::Missing("/data/master-key".into()));
    let opener = Opener::new(&keyring, &missing, "github.com", 12);
    let refused = opener
        .open_env(&string, &place("env[0].secure"), None)
        .unwrap_err();
    assert_eq!(refused.kind.code(), "E8");
    // Nor does the folder take a key of another master key beside the first.
    let mixed = keyring
        .rotate(&repository(), &masters(2), now())
        .unwrap_err();
    assert!(matches!(
        mixed,
        KeyringError::AtRest(AtRestError::OtherMaster)
    ));
}

#[test]
fn a_new_master_key_takes_over_without_a_gap() {
    let Data { mut keyring, .. } = data();
    let key = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let string = seal(&key.public, &Slot::Env, &plaintext("A=1"))
        .unwrap()
        .to_text();
    let both = MasterKeys::new(
        MasterKey::from_bytes(&[2; 32]).unwrap(),
        MasterKey::from_bytes(&[1; 32]),
    );
    assert_eq!(keyring.reseal(&both).unwrap(), 1);
    assert_eq!(keyring.reseal(&both).unwrap(), 0);
    assert_eq!(opens(&keyring, masters(2), &string), Ok(()));
    assert!(opens(&keyring, masters(1), &string).is_err());
}

#[test]
fn master_keys_that_are_replaced_at_the_same_time_lose_nothing() {
    let Data {
        folder,
        mut keyring,
    } = data();
    let sources = sources(folder.path());
    let made = MasterKeys::create(&sources).unwrap();
    let key = keyring.generate(&repository(), &made, now()).unwrap();
    let string = seal(&key.public, &Slot::Env, &plaintext("A=1"))
        .unwrap()
        .to_text();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let rotation = MasterKeys::begin_rotation(&sources).unwrap();
                let mut keyring = Keyring::open(&folder.path().join("keys")).unwrap();
                assert_eq!(keyring.reseal(&rotation.keys).unwrap(), 1);
                rotation.finish().unwrap();
            });
        }
    });
    let keyring = Keyring::open(&folder.path().join("keys")).unwrap();
    let masters = MasterKeys::load(&sources).unwrap();
    assert_eq!(opens(&keyring, masters, &string), Ok(()));
}

#[test]
fn the_private_key_is_nowhere_in_the_data_folder() {
    use base64::Engine as _;
    let public = PrivateKey::from_bytes(&[0x5a; 32])
        .unwrap()
        .public()
        .unwrap();
    let public = PublicKey::new(repository(), public, None).unwrap();
    let (folder, keyring) = keyring_of(&[0x5a; 32], &public);
    let encoded = base64::prelude::BASE64_URL_SAFE_NO_PAD.encode([0x5a; 32]);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!bytes.windows(8).any(|window| window == [0x5a; 8]));
        assert!(!text.contains(&encoded[..12]) && !text.contains("5a5a5a5a"));
    }
    assert!(!format!("{keyring:?}").contains("90, 90"));
}

#[test]
fn a_damaged_key_file_is_named() {
    let Data {
        folder,
        mut keyring,
    } = data();
    keyring.generate(&repository(), &masters(1), now()).unwrap();
    let path = folder.path().join("keys/0000000000000000.json");
    for (content, reason) in [
        ("{", "not a key file"),
        ("{\"format\":2}", "not a key file"),
    ] {
        std::fs::write(&path, content).unwrap();
        let error = Keyring::open(&folder.path().join("keys"))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("0000000000000000.json") && error.contains(reason),
            "{error}"
        );
    }
}

#[test]
fn a_public_line_swapped_in_a_key_file_is_found() {
    let Data {
        folder,
        mut keyring,
    } = data();
    let key = keyring.generate(&repository(), &masters(1), now()).unwrap();
    let other = PrivateKey::from_bytes(&[9; 32]).unwrap().public().unwrap();
    let other = PublicKey::new(repository(), other, None).unwrap();
    let path = folder
        .path()
        .join("keys")
        .join(format!("{}.json", key.kid()));
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(
        &path,
        text.replace(&key.public.to_string(), &other.to_string()),
    )
    .unwrap();
    let keyring = Keyring::open(&folder.path().join("keys")).unwrap();
    let string = seal(&other, &Slot::Env, &plaintext("A=1"))
        .unwrap()
        .to_text();
    assert_eq!(
        opens(&keyring, masters(1), &string).unwrap_err().code(),
        "E8"
    );
}

#[test]
fn agents_that_share_a_folder_do_not_make_two_keys() {
    let Data { folder, .. } = data();
    let keys = folder.path().join("keys");
    let made = std::thread::scope(|scope| {
        let make = || {
            let mut keyring = Keyring::open(&keys).unwrap();
            keyring.generate(&repository(), &masters(1), now()).is_ok()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().ok())
            .filter(|made| *made)
            .count()
    });
    assert_eq!(made, 1);
}
