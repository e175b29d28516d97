//! The version of a tool that the config asks for: chosen by what the image has to choose with, and
//! compared with what the job gets.

use super::quote;
use schema::languages::{Manager, Tool};
use schema::plan::Job;

/// The version as the config says it; empty where it says none.
pub(super) fn asked<'j>(tool: &Tool, job: &'j Job) -> &'j str {
    let said = job.versions.iter().find(|(key, _)| key == tool.key);
    said.map(|(_, version)| version.as_str())
        .unwrap_or_default()
}

/// The text that makes the version the job's own, says where that cannot be, and fails where the
/// image has versions to choose from and this is none of them. `None` where nothing is asked.
pub(super) fn activate(tool: &Tool, job: &Job) -> Option<String> {
    let (set, says) = match (asked(tool, job), tool.file) {
        ("", None) => return None,
        ("", Some(file)) => {
            let file = quote::literal(file);
            (
                format!("ci__asked=\n[ ! -f {file} ] || ci__asked=$(head -n 1 {file})"),
                format!("{file}\": $ci__asked\""),
            )
        }
        (asked, _) => (
            format!("ci__asked={}", quote::literal(asked)),
            quote::literal(&format!("{}: {asked}", tool.key)),
        ),
    };
    let has = tool.has;
    let chosen = choose(tool.managers, &says);
    Some(format!(
        r#"{set}
ci__number=$(ci__number "$ci__asked")
ci__status=0
if [ "$ci__asked" ] && ! ci__is "$ci__asked" "$( ({has}) 2> /dev/null)"; then
{chosen}  if [ "$ci__status" -eq 0 ]; then
    ci__compare {says} "$ci__asked" "$( ({has}) 2> /dev/null)"
  fi
fi
unset ci__asked ci__number
(exit "$ci__status")"#
    ))
}

/// The first that is there.
fn choose(managers: &[Manager], says: &str) -> String {
    let mut text = String::new();
    for (index, manager) in managers.iter().enumerate() {
        let word = if index == 0 { "if" } else { "elif" };
        let Manager {
            name,
            there,
            activate,
            list,
        } = manager;
        let name = quote::literal(name);
        text.push_str(&format!(
            r#"{word} {there}; then
{activate}
ci__status=$?
if [ "$ci__status" -eq 0 ]; then
ci__from {says} {name}
else
ci__lacks {says} {name} "$( ({list}) 2> /dev/null)"
fi
"#
        ));
    }
    if !text.is_empty() {
        text.push_str("fi\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema::languages::language;

    fn text(name: &str, versions: &[(&str, &str)]) -> Option<String> {
        let versions = versions.iter();
        let job = Job {
            versions: versions
                .map(|(key, version)| ((*key).to_owned(), (*version).to_owned()))
                .collect(),
            ..Job::default()
        };
        activate(language(name)?.tools.first()?, &job)
    }

    #[test]
    fn nothing_is_done_where_no_version_is_asked_for() {
        assert_eq!(text("python", &[]), None);
        // The work tree may say one.
        assert!(text("node_js", &[]).is_some_and(|text| text.contains("head -n 1 .nvmrc")));
    }

    #[test]
    fn a_version_is_a_word_and_never_shell() {
        let text = text("rust", &[("rust", "$(reboot)")]).unwrap_or_default();
        assert!(text.starts_with("ci__asked='$(reboot)'\n"), "{text}");
        assert_eq!(
            text.matches("$(reboot)").count(),
            text.matches("'$(reboot)'").count() + text.matches("'rust: $(reboot)'").count()
        );
    }
}
