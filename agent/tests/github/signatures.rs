//! Every vector made by others, those that GitHub itself published included.

use crate::conformance;
use agent::github::signature::{Signature, WebhookSecrets};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

const SECRET: &str = "It's a Secret to Everybody";

fn secrets(current: &str, former: Option<&str>) -> WebhookSecrets {
    WebhookSecrets::new(current.into(), former.map(Into::into)).expect("not empty")
}

fn verifies(secrets: &WebhookSecrets, header: Option<&str>, body: &[u8]) -> bool {
    header
        .and_then(|header| Signature::parse(header.as_bytes()))
        .is_some_and(|signature| secrets.signed(signature, body))
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value[key].as_str()
}

/// The body of a vector; `None` where it lies in a file that is not handed out.
fn body(vector: &Value) -> Option<Vec<u8>> {
    if let Some(body) = text(vector, "body_base64") {
        return Some(BASE64_STANDARD.decode(body).expect("base64"));
    }
    conformance::file(text(vector, "body_file").expect("a body"))
}

#[test]
fn every_vector_verifies_with_its_secret_and_no_other() {
    let Some(vectors) = conformance::json("signature_vectors.json") else {
        return;
    };
    let mut seen = 0;
    for vector in vectors["vectors"].as_array().expect("vectors") {
        let Some(mut body) = body(vector) else {
            continue;
        };
        seen += 1;
        let name = text(vector, "name");
        let secret = text(vector, "secret").expect("a secret");
        let header = text(vector, "x_hub_signature_256");
        assert!(verifies(&secrets(secret, None), header, &body), "{name:?}");
        assert!(
            verifies(&secrets("new", Some(secret)), header, &body),
            "{name:?}, while the secret is being replaced"
        );
        assert!(!verifies(&secrets("new", Some("old")), header, &body));
        let sha1 = text(vector, "x_hub_signature");
        assert!(!verifies(&secrets(secret, None), sha1, &body), "{name:?}");
        body.push(b' ');
        assert!(!verifies(&secrets(secret, None), header, &body), "{name:?}");
    }
    assert!(seen >= 20, "only {seen} vectors have their body");
}

#[test]
fn everything_that_must_be_refused_is() {
    let Some(vectors) = conformance::json("signature_vectors.json") else {
        return;
    };
    let secrets = secrets(SECRET, None);
    let cases = vectors["must_refuse"].as_array().expect("cases");
    assert!(!cases.is_empty());
    for case in cases {
        let body = body(case).expect("a body");
        assert!(!verifies(&secrets, text(case, "header"), &body), "{case}");
    }
}

#[test]
fn upper_case_digits_are_refused_as_github_never_writes_them() {
    let lower = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let upper = lower.replace(char::is_lowercase, "A");
    assert!(verifies(
        &secrets(SECRET, None),
        Some(lower),
        b"Hello, World!"
    ));
    assert!(Signature::parse(upper.replacen("AAA256", "sha256", 1).as_bytes()).is_none());
}
