//! A config cannot ask for what would open its job's container (threat T2).

use schema::dialect::Dialect;
use schema::request::Request;
use schema::source::Source;
use schema::{Outcome, Sources};

/// Keys of Docker and Compose by which people have got at a host.
const KEYS: &str = "privileged volumes volumes_from devices device_cgroup_rules cap_add \
                    security_opt network_mode pid ipc uts userns_mode cgroup_parent runtime sysctls";

fn said(text: &str) -> (Vec<String>, bool) {
    let sources = Sources {
        config: Source::new(".ci.yml".to_owned(), text.to_owned()),
        imports: Vec::new(),
        compat: false,
        dialect: Dialect::Ours,
    };
    let compiled = schema::compile(&sources, &Request::default());
    let at = |span: schema::source::Span| sources.config.line_column(span.start).line;
    let said = compiled.diagnostics.iter();
    let said = said.map(|one| format!("{}:{} {}", one.code, at(one.span), one.message));
    let refused = matches!(compiled.outcome, Outcome::Refused);
    (said.collect(), refused)
}

#[test]
fn what_would_open_a_jobs_container_is_refused_with_its_line() {
    for key in KEYS.split_whitespace() {
        for (before, line) in [
            ("script: make\n", 2),
            ("script: make\njobs:\n  include:\n  - script: make\n    ", 5),
        ] {
            let (said, refused) = said(&format!("{before}{key}: [host]\n"));
            let named = format!("forbidden_key:{line} `{key}` cannot be set from a config");
            assert!(
                said.iter().any(|one| one.starts_with(&named)),
                "{key}: {said:?}"
            );
            assert!(refused, "{key}: {said:?}");
        }
    }
}
