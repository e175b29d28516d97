//! Which variables a build of a branch gets. Pure.

use crate::store::Variable;
use std::collections::BTreeMap;

/// Those for a branch, by name: one that is for this very branch stands in for that of the same name
/// which is for all. The branch of a pull request is its base's, that of a tag the tag's name.
#[must_use]
pub fn choose<'a>(all: &'a [Variable], branch: &str) -> Vec<&'a Variable> {
    let mut chosen: BTreeMap<&str, &Variable> = BTreeMap::new();
    for variable in all {
        match variable.branch.as_deref() {
            None => {
                chosen.entry(&variable.name).or_insert(variable);
            }
            Some(own) if own == branch => {
                chosen.insert(&variable.name, variable);
            }
            Some(_) => {}
        }
    }
    chosen.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RepositoryId;

    fn variable(name: &str, branch: Option<&str>) -> Variable {
        Variable {
            repository: RepositoryId(1),
            name: name.to_owned(),
            branch: branch.map(str::to_owned),
            public: true,
            sealed: Vec::new(),
        }
    }

    #[test]
    fn a_branchs_own_variable_stands_in_for_that_of_all() {
        let mut all = vec![
            variable("A", None),
            variable("A", Some("main")),
            variable("A", Some("next")),
            variable("B", Some("v1.0")),
            variable("C", None),
        ];
        for _ in 0..2 {
            let of = |branch: &str| -> Vec<(String, Option<String>)> {
                let chosen = choose(&all, branch).into_iter();
                chosen
                    .map(|one| (one.name.clone(), one.branch.clone()))
                    .collect()
            };
            let main = Some("main".to_owned());
            assert_eq!(of("main"), [("A".to_owned(), main), ("C".to_owned(), None)]);
            let plain = [("A".to_owned(), None), ("C".to_owned(), None)];
            assert_eq!(of("topic"), plain);
            assert_eq!(of("Main"), plain);
            assert_eq!(of("v1.0").len(), 3);
            // The order of rows decides nothing.
            all.reverse();
        }
    }
}
