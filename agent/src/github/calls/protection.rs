//! Which statuses a branch requires before a merge; everything else of its protection stays.

use crate::github::client::{Ask, Client, GithubError};
use crate::github::slug::Slug;
use serde_json::{Map, Value, json};

/// The protection of a branch.
#[derive(Clone, Debug, PartialEq)]
pub struct Protection(Value);

impl Protection {
    /// The contexts that must be green, those of check runs included.
    #[must_use]
    pub fn contexts(&self) -> Vec<String> {
        let list = self.0.pointer("/required_status_checks/contexts");
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    fn requires_statuses(&self) -> bool {
        self.0
            .get("required_status_checks")
            .is_some_and(Value::is_object)
    }

    /// The whole protection as it is set, which differs from how it is shown, with these contexts
    /// required beside.
    fn with_contexts(&self, contexts: &[&str]) -> Value {
        let mut set = Map::new();
        let required = json!({"strict": false, "contexts": contexts});
        set.insert("required_status_checks".to_owned(), required);
        set.insert("enforce_admins".to_owned(), self.switch("enforce_admins"));
        let reviews = self
            .0
            .get("required_pull_request_reviews")
            .map_or(Value::Null, review_rules);
        set.insert("required_pull_request_reviews".to_owned(), reviews);
        let restrictions = self.0.get("restrictions").map_or(Value::Null, actors);
        set.insert("restrictions".to_owned(), restrictions);
        for name in SWITCHES {
            if self.0.get(name).is_some() {
                set.insert(name.to_owned(), self.switch(name));
            }
        }
        Value::Object(set)
    }

    fn switch(&self, name: &str) -> Value {
        let on = self.0.get(name).and_then(|switch| switch.get("enabled"));
        Value::Bool(on.and_then(Value::as_bool).unwrap_or(false))
    }
}

const SWITCHES: [&str; 7] = [
    "required_linear_history",
    "allow_force_pushes",
    "allow_deletions",
    "block_creations",
    "required_conversation_resolution",
    "lock_branch",
    "allow_fork_syncing",
];

/// Rules of reviews as they are set: people, teams and apps by their names.
fn review_rules(shown: &Value) -> Value {
    let mut set = Map::new();
    for (name, value) in shown.as_object().into_iter().flatten() {
        match name.as_str() {
            "url" => {}
            "dismissal_restrictions" | "bypass_pull_request_allowances" => {
                set.insert(name.clone(), actors(value));
            }
            _ => {
                set.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(set)
}

fn actors(shown: &Value) -> Value {
    let names = |kind: &str, name: &str| -> Vec<Value> {
        let list = shown
            .get(kind)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.filter_map(|actor| actor.get(name).cloned()).collect()
    };
    json!({
        "users": names("users", "login"),
        "teams": names("teams", "slug"),
        "apps": names("apps", "slug"),
    })
}

impl Client {
    /// The protection of a branch; `None` where it has none, or is not there. Needs
    /// `administration: read`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn protection(
        &self,
        slug: &Slug,
        branch: &str,
    ) -> Result<Option<Protection>, GithubError> {
        let ask = Ask::get(&slug.path(&["branches", branch, "protection"]));
        let answer = self.maybe(&ask).await?;
        answer
            .map(|answer| answer.json().map(Protection))
            .transpose()
    }

    /// Requires contexts before a merge into a branch, beside what it requires already; protects
    /// the branch where it is not protected. Needs `administration: write`.
    ///
    /// # Errors
    /// See [`GithubError`]; a branch that is not there is not found.
    pub async fn require_contexts(
        &self,
        slug: &Slug,
        branch: &str,
        contexts: &[&str],
    ) -> Result<(), GithubError> {
        let now = self.protection(slug, branch).await?;
        if let Some(protection) = &now
            && protection.requires_statuses()
        {
            let has = protection.contexts();
            if contexts
                .iter()
                .all(|context| has.iter().any(|has| has == context))
            {
                return Ok(());
            }
            let path = contexts_path(slug, branch);
            return self
                .done(&Ask::post(&path, &json!({"contexts": contexts})))
                .await;
        }
        let now = now.unwrap_or(Protection(Value::Null));
        let path = slug.path(&["branches", branch, "protection"]);
        self.done(&Ask::put(&path, &now.with_contexts(contexts)))
            .await
    }

    /// Requires these contexts no longer; the rest of the protection stays. Needs
    /// `administration: write`.
    ///
    /// # Errors
    /// See [`GithubError`].
    pub async fn unrequire_contexts(
        &self,
        slug: &Slug,
        branch: &str,
        contexts: &[&str],
    ) -> Result<(), GithubError> {
        let has = self.protection(slug, branch).await?;
        let has = has
            .map(|protection| protection.contexts())
            .unwrap_or_default();
        let has = |context: &&&str| has.iter().any(|has| has == *context);
        let contexts: Vec<&&str> = contexts.iter().filter(has).collect();
        if contexts.is_empty() {
            return Ok(());
        }
        let ask = Ask::delete(&contexts_path(slug, branch)).with(&json!({"contexts": contexts}));
        self.done(&ask).await
    }
}

fn contexts_path<'a>(slug: &'a Slug, branch: &'a str) -> Vec<&'a str> {
    slug.path(&[
        "branches",
        branch,
        "protection",
        "required_status_checks",
        "contexts",
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_protection_is_set_again_as_it_was_shown() {
        let shown = json!({
            "url": "u",
            "enforce_admins": {"url": "u", "enabled": true},
            "required_pull_request_reviews": {
                "url": "u",
                "dismiss_stale_reviews": true,
                "required_approving_review_count": 2,
                "dismissal_restrictions": {
                    "url": "u",
                    "users": [{"login": "ann", "id": 1}],
                    "teams": [{"slug": "core", "name": "Core"}],
                },
            },
            "restrictions": {"users": [], "teams": [{"slug": "core"}], "apps": [{"slug": "bot"}]},
            "required_linear_history": {"enabled": true},
            "allow_deletions": {"enabled": false},
            "required_signatures": {"enabled": true},
        });
        let set = Protection(shown).with_contexts(&["ci/push"]);
        assert_eq!(
            set,
            json!({
                "required_status_checks": {"strict": false, "contexts": ["ci/push"]},
                "enforce_admins": true,
                "required_pull_request_reviews": {
                    "dismiss_stale_reviews": true,
                    "required_approving_review_count": 2,
                    "dismissal_restrictions": {"users": ["ann"], "teams": ["core"], "apps": []},
                },
                "restrictions": {"users": [], "teams": ["core"], "apps": ["bot"]},
                "required_linear_history": true,
                "allow_deletions": false,
            })
        );
    }

    #[test]
    fn an_unprotected_branch_gets_nothing_but_the_contexts() {
        assert_eq!(
            Protection(Value::Null).with_contexts(&["a", "b"]),
            json!({
                "required_status_checks": {"strict": false, "contexts": ["a", "b"]},
                "enforce_admins": false,
                "required_pull_request_reviews": null,
                "restrictions": null,
            })
        );
    }
}
