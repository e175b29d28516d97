//! Strings made by another implementation, and the vectors of RFC 9180.

use super::*;
use crate::secrets::seal::Kem;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::{Deserializable, OpModeR};
use serde_json::Value;
use std::path::PathBuf;

/// A file of the shared cases; `None`, said aloud, where they are absent.
fn cases(name: &str) -> Option<Value> {
    let folder = std::env::var_os("CI_CONFORMANCE_DIR").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../shared/conformance"
            ))
        },
        PathBuf::from,
    );
    let path = folder.join("secure").join(name);
    let Ok(bytes) = std::fs::read(&path) else {
        say(&format!("skipped: {} is not there", path.display()));
        return None;
    };
    Some(serde_json::from_slice(&bytes).unwrap())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

fn hex(value: &Value, key: &str) -> Vec<u8> {
    let digits = text(value, key).as_bytes();
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(pair).collect()
}

#[test]
fn strings_of_another_implementation_open() {
    let Some(file) = cases("interop.json") else {
        return;
    };
    let public: PublicKey = text(&file, "public_line").parse().unwrap();
    assert_eq!(public.kid().to_string(), text(&file, "kid"));
    let (_folder, keyring) = keyring_of(&hex(&file, "secret_key_hex"), &public);
    let repository = &public.repository;
    let opener = Opener::new(&keyring, &Ok(masters(1)), &repository.host, repository.id);
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let (sealed, expected) = (text(vector, "string"), text(vector, "plaintext"));
        let opened = match text(vector, "slot") {
            "env" => {
                let (name, value) = opener
                    .open_env(sealed, &place("env[0].secure"), None)
                    .unwrap();
                [format!("{name}=").as_bytes(), value.expose()].concat()
            }
            slot => {
                let path = slot.strip_prefix("field:").unwrap_or("deploy.password");
                let opened = opener.open_field(sealed, &place(&format!("{path}.secure")));
                opened.unwrap().expose().to_vec()
            }
        };
        assert_eq!(opened, expected.as_bytes());
    }
    say(&format!("interop.json: agree {0} of {0}", vectors.len()));
}

#[test]
fn the_vectors_of_rfc_9180_open_in_order() {
    let Some(file) = cases("rfc9180-base.json") else {
        return;
    };
    let mut opened = 0;
    for vector in file.as_array().unwrap() {
        let recipient = <Kem as hpke::Kem>::PrivateKey::from_bytes(&hex(vector, "skRm")).unwrap();
        let sender = <Kem as hpke::Kem>::EncappedKey::from_bytes(&hex(vector, "enc")).unwrap();
        let mut receiver = hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &recipient,
            &sender,
            &hex(vector, "info"),
        )
        .unwrap();
        for case in vector["encryptions"].as_array().unwrap() {
            let plain = receiver.open(&hex(case, "ct"), &hex(case, "aad")).unwrap();
            assert_eq!(plain, hex(case, "pt"));
            opened += 1;
        }
        for case in vector["exports"].as_array().unwrap() {
            let mut exported = [0; 32];
            receiver
                .export(&hex(case, "exporter_context"), &mut exported)
                .unwrap();
            assert_eq!(exported.as_slice(), hex(case, "exported_value"));
        }
        let ours = PrivateKey::from_bytes(&hex(vector, "skRm")).unwrap();
        assert_eq!(ours.public().unwrap().as_slice(), hex(vector, "pkRm"));
    }
    say(&format!("rfc9180-base.json: agree {opened} of {opened}"));
    assert_eq!(opened, 257);
}
