//! `vault:`: a HashiCorp Vault to read secrets from; another service's.

use super::types::{Type, any, key, list, map, one_of, sealed, text, word};

/// `vault:`
pub(super) fn vault() -> Type {
    map(vec![
        key("api_url", text(), "Address of the vault."),
        key("token", sealed(), "Token to open it with."),
        key("secrets", secrets(), "Paths to read."),
    ])
    .required(&["api_url", "token"])
}

fn secrets() -> Type {
    any(vec![
        list(any(vec![text(), api(), namespace()])),
        text(),
        api(),
        namespace(),
    ])
}

fn api() -> Type {
    let versions = one_of(&["kv2", "kv1"])
        .downcase()
        .defaults(vec![word("kv2")]);
    map(vec![key(
        "kv_api_ver",
        versions,
        "Version of the vault's API.",
    )])
}

fn namespace() -> Type {
    let named = || map(vec![key("name", text(), "Name of the namespace.")]).required(&["name"]);
    let names = any(vec![list(any(vec![text(), named()])), text(), named()]);
    map(vec![key(
        "namespace",
        names,
        "Namespace and the secrets in it.",
    )])
}
