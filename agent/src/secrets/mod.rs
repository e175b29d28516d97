//! Secrets: the keyring, sealing and opening, and the one type that holds plaintext.

mod plaintext;

pub use plaintext::Plaintext;
