//! Deploy providers with their own options, one file for each kind.

mod amazon;
mod files;
mod platforms;
mod registries;

use super::deploy::Provider;
use super::types::{Custom, Key, Type, any, map};

/// All providers by name.
pub(super) fn all() -> Vec<Provider> {
    let mut all = amazon::all();
    all.extend(files::all());
    all.extend(platforms::all());
    all.extend(registries::all());
    all.sort_by_key(|provider| provider.name);
    all
}

fn provider(name: &'static str, required: &'static [&'static str], keys: Vec<Key>) -> Provider {
    Provider {
        name,
        keys,
        required,
    }
}

/// One value, or one for each branch.
fn by_branch(of: fn() -> Type) -> Type {
    any(vec![map(vec![]).open_to(Custom::Any, of()), of()])
}
