//! Accounts.

use super::super::state::World;
use serde_json::{Value, json};

impl World {
    /// An account as every payload shows it. One that nobody has made yet has the id 0.
    pub(crate) fn user_json(&self, login: &str) -> Value {
        let id = self.users.get(login).copied().unwrap_or(0);
        let api = format!("{}/users/{login}", self.api());
        json!({
            "login": login,
            "id": id,
            "node_id": format!("U_{id}"),
            "avatar_url": format!("{}/avatars/{login}", self.web),
            "gravatar_id": "",
            "url": api,
            "html_url": format!("{}/{login}", self.web),
            "followers_url": format!("{api}/followers"),
            "following_url": format!("{api}/following{{/other_user}}"),
            "organizations_url": format!("{api}/orgs"),
            "repos_url": format!("{api}/repos"),
            "events_url": format!("{api}/events{{/privacy}}"),
            "type": "User",
            "site_admin": false,
        })
    }
}
