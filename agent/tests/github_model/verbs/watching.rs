//! Looking at statuses. What was looked at fails no test.

use super::super::statuses::Status;
use super::Repo;

impl Repo {
    /// Waits for a status of this commit that nobody has looked at yet; with it, the earlier ones
    /// of its context count as looked at.
    ///
    /// # Panics
    /// If none comes within the model's patience; says which there were.
    pub(crate) async fn expect_status(&self, sha: &str, context: &str, state: &str) -> Status {
        let patience = self.shared.with(|world| world.patience);
        let (id, wanted) = (self.id, [sha, context, state].map(str::to_owned));
        let found = self.shared.until(patience, move |world| {
            let [sha, context, state] = &wanted;
            let of_context =
                |it: &Status| it.repository == id && it.sha == *sha && it.context == *context;
            let all = &mut world.statuses;
            let at = all
                .iter()
                .position(|it| of_context(it) && it.state == *state && !it.looked_at)?;
            for earlier in all[..=at].iter_mut().filter(|it| of_context(it)) {
                earlier.looked_at = true;
            }
            Some(all[at].clone())
        });
        let found = found.await;
        found.unwrap_or_else(|| {
            let there = self.shared.with(|world| {
                let all = world.statuses_of(id, sha);
                let lines = all.iter().map(|it| {
                    let seen = if it.looked_at {
                        " (looked at before)"
                    } else {
                        ""
                    };
                    format!("\n  {}{seen}", it.line())
                });
                lines.collect::<String>()
            });
            let there = if there.is_empty() {
                " none".to_owned()
            } else {
                there
            };
            panic!("no status `{state} {context}` of {sha} within {patience:?}; there were:{there}")
        })
    }

    /// The statuses of a commit, oldest first; all of them count as looked at.
    pub(crate) fn statuses(&self, sha: &str) -> Vec<Status> {
        self.shared.with(|world| {
            let all = world.statuses.iter_mut();
            let mine = all.filter(|it| it.repository == self.id && it.sha == sha);
            mine.map(|it| {
                it.looked_at = true;
                it.clone()
            })
            .collect()
        })
    }
}
