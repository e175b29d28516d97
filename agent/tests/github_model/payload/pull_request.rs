//! Pull requests.

use super::super::state::{World, now};
use serde_json::{Value, json};

impl World {
    /// `pull_request` with an action; `extra` are the fields that this action alone has.
    pub(crate) fn pull_event(
        &mut self,
        base: u64,
        number: u64,
        (actor, action): (&str, &str),
        extra: &[(&str, Value)],
    ) {
        self.pull_mut(base, number).updated_at = now();
        let mut payload = json!({
            "action": action,
            "number": number,
            "pull_request": self.pull_json(base, number, true),
            "repository": self.repository_json(base),
            "sender": self.user_json(actor),
        });
        for (name, value) in extra {
            payload[*name] = value.clone();
        }
        self.emit(base, "pull_request", Some(action), &payload);
    }

    /// The pull request as the API shows it in lists; `detail` adds what only one alone shows.
    pub(crate) fn pull_json(&self, base: u64, number: u64, detail: bool) -> Value {
        let pull = &self.pulls[&(base, number)];
        let repository = &self.repositories[&base];
        let api = format!("{}/repos/{}", self.api(), repository.full_name());
        let html = format!("{}/{}/pull/{number}", self.web, repository.full_name());
        let closed = (!pull.open).then(|| pull.updated_at.clone());
        let merged_at = closed.clone().filter(|_| pull.merged);
        let mut value = json!({
            "url": format!("{api}/pulls/{number}"),
            "id": pull.id,
            "node_id": format!("PR_{}", pull.id),
            "html_url": html,
            "diff_url": format!("{html}.diff"),
            "patch_url": format!("{html}.patch"),
            "issue_url": format!("{api}/issues/{number}"),
            "commits_url": format!("{api}/pulls/{number}/commits"),
            "comments_url": format!("{api}/issues/{number}/comments"),
            "statuses_url": format!("{api}/statuses/{}", pull.head_sha),
            "number": number,
            "state": if pull.open { "open" } else { "closed" },
            "locked": false,
            "title": pull.title,
            "user": self.user_json(&pull.user),
            "body": Value::Null,
            "created_at": pull.created_at,
            "updated_at": pull.updated_at,
            "closed_at": closed,
            "merged_at": merged_at,
            "merge_commit_sha": pull.merge_commit,
            "assignee": Value::Null,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "labels": [],
            "milestone": Value::Null,
            "draft": pull.draft,
            "author_association": if pull.user == repository.owner { "OWNER" } else { "CONTRIBUTOR" },
            "head": self.side(pull.head_repository, &pull.head_branch, &pull.head_sha),
            "base": self.side(base, &pull.base_branch, &pull.base_sha),
            "_links": { "self": { "href": format!("{api}/pulls/{number}") }, "html": { "href": html } },
        });
        if detail {
            let git = &repository.git;
            let range = format!("{}..{}", pull.base_sha, pull.head_sha);
            value["merged"] = pull.merged.into();
            value["mergeable"] = pull.mergeable.into();
            value["rebaseable"] = pull.mergeable.into();
            value["mergeable_state"] = self.mergeable_state(base, number).into();
            value["merged_by"] = Value::Null;
            value["maintainer_can_modify"] = (base != pull.head_repository).into();
            value["commits"] = git.count(&range).into();
            value["changed_files"] = git.changed(&pull.base_sha, &pull.head_sha).len().into();
            for count in ["comments", "review_comments", "additions", "deletions"] {
                value[count] = 0.into();
            }
        }
        value
    }

    /// `head` or `base` of a pull request.
    fn side(&self, repository: u64, branch: &str, sha: &str) -> Value {
        let at = self.repositories.get(&repository);
        let owner = at.map_or("unknown", |at| at.owner.as_str());
        json!({
            "label": format!("{owner}:{branch}"),
            "ref": branch,
            "sha": sha,
            "user": self.user_json(owner),
            "repo": at.map(|at| self.repository_json(at.id)),
        })
    }
}
