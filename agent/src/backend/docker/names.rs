//! Names and labels of all that the backend makes: how leftovers are known again.

use crate::owner::Owner;
use std::collections::{BTreeMap, HashMap};

/// The label that says which data directory a thing belongs to.
pub(super) const AGENT: &str = "ci.agent";
/// The label with the process that made it, as [`Owner`] writes it, or [`LASTING`].
pub(super) const OWNER: &str = "ci.owner";
/// The owner of things that outlive the process that made them.
const LASTING: &str = "data";
/// The label with the instance's id.
pub(super) const INSTANCE: &str = "ci.instance";
/// The label of a layer store, with its scope.
pub(super) const LAYERS: &str = "ci.layers";
/// The label of a layer store with the path of its data directory: it goes when that is gone.
pub(super) const DATA: &str = "ci.data";
/// The label of a layer store that says from where that path was seen.
pub(super) const PLACE: &str = "ci.place";

/// The names of one instance's things, all made from its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Names {
    /// The job's container; so is its network called where it goes with the job.
    pub(super) job: String,
    /// The container of the job's own Docker daemon.
    pub(super) daemon: String,
    /// The volume of the work tree, shared between the two.
    pub(super) work: String,
    /// The volume with the daemon's socket.
    pub(super) socket: String,
}

impl Names {
    pub(super) fn of(id: &str) -> Self {
        let stem = plain(id);
        Self {
            job: format!("ci-{stem}"),
            daemon: format!("ci-{stem}-docker"),
            work: format!("ci-{stem}-work"),
            socket: format!("ci-{stem}-socket"),
        }
    }

    /// The container of a service.
    pub(super) fn service(&self, name: &str) -> String {
        format!("{}-service-{}", self.job, plain(name))
    }
}

/// A text with what Docker takes in names.
fn plain(text: &str) -> String {
    let sign = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let signs = text.chars().map(|c| if sign(c) { c } else { '-' });
    signs.collect()
}

/// How long things are wanted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Life {
    /// For as long as this process runs.
    Of(Owner),
    /// Until the data directory's agent, in whatever process, removes them.
    Lasting,
}

/// Who makes things: this data directory's agent.
#[derive(Clone, Debug)]
pub(super) struct Maker {
    pub(super) agent: String,
    pub(super) owner: Life,
}

impl Maker {
    /// The labels of an instance's things; the caller's may add to ours, not change them.
    pub(super) fn labels(
        &self,
        id: &str,
        others: &BTreeMap<String, String>,
    ) -> HashMap<String, String> {
        let mut labels: HashMap<String, String> = others
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        labels.insert(AGENT.to_owned(), self.agent.clone());
        let owner = match self.owner {
            Life::Of(owner) => owner.to_string(),
            Life::Lasting => LASTING.to_owned(),
        };
        labels.insert(OWNER.to_owned(), owner);
        labels.insert(INSTANCE.to_owned(), id.to_owned());
        labels
    }

    /// The labels of what this process needs for a moment only, however long its instances live.
    pub(super) fn passing(&self, id: &str) -> HashMap<String, String> {
        let maker = Self {
            agent: self.agent.clone(),
            owner: Life::Of(Owner::me()),
        };
        maker.labels(id, &BTreeMap::new())
    }

    /// The labels of what belongs to this process and to no instance.
    pub(super) fn of_process(&self) -> HashMap<String, String> {
        let mut labels = self.passing("");
        labels.remove(INSTANCE);
        labels
    }

    /// The filter that finds all things of this data directory.
    pub(super) fn filter(&self) -> HashMap<String, Vec<String>> {
        HashMap::from([("label".to_owned(), vec![format!("{AGENT}={}", self.agent)])])
    }

    /// The filter that finds those of them that outlive the process that made them.
    pub(super) fn lasting(&self) -> HashMap<String, Vec<String>> {
        let agent = format!("{AGENT}={}", self.agent);
        HashMap::from([(
            "label".to_owned(),
            vec![agent, format!("{OWNER}={LASTING}")],
        )])
    }
}

/// Whether the process that made a thing is gone. Things without an owner are nobody's leftovers.
pub(super) fn is_left_over(labels: &HashMap<String, String>) -> bool {
    labels
        .get(OWNER)
        .and_then(|owner| owner.parse::<Owner>().ok())
        .is_some_and(|owner| !owner.is_alive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_hold_only_what_docker_takes() {
        let names = Names::of("1.2/x y");
        assert_eq!(names.job, "ci-1.2-x-y");
        assert_eq!(names.service("my sql"), "ci-1.2-x-y-service-my-sql");
    }

    #[test]
    fn our_labels_can_not_be_changed_by_the_caller() {
        let maker = Maker {
            agent: "a".into(),
            owner: Life::Of(Owner::me()),
        };
        let others = BTreeMap::from([(AGENT.to_owned(), "b".to_owned()), ("x".into(), "y".into())]);
        let labels = maker.labels("i", &others);
        assert_eq!((labels[AGENT].as_str(), labels["x"].as_str()), ("a", "y"));
        assert!(!is_left_over(&labels));
    }

    #[test]
    fn things_that_outlive_their_process_are_no_leftovers() {
        let maker = Maker {
            agent: "a".into(),
            owner: Life::Lasting,
        };
        let labels = maker.labels("i", &BTreeMap::new());
        assert!(!is_left_over(&labels));
        for wanted in &maker.lasting()["label"] {
            let (label, value) = wanted.split_once('=').unwrap();
            assert_eq!(labels[label], value);
        }
        let passing = maker.passing("i");
        assert_eq!(passing[OWNER], Owner::me().to_string());
        assert_eq!(passing[AGENT], labels[AGENT]);
    }

    #[test]
    fn things_without_an_owner_are_no_leftovers() {
        assert!(!is_left_over(&HashMap::new()));
        assert!(!is_left_over(&HashMap::from([(
            OWNER.to_owned(),
            "?".to_owned()
        )])));
        assert!(is_left_over(&HashMap::from([(
            OWNER.to_owned(),
            "1:1".to_owned()
        )])));
    }
}
