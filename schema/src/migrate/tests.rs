use super::*;

fn migrated(text: &str) -> Migration {
    migrate(&Source::new(".travis.yml", text)).unwrap()
}

fn told(migration: &Migration, kind: NoteKind) -> Vec<String> {
    let notes = migration.notes.iter().filter(|note| note.kind == kind);
    notes
        .map(|note| format!("{}: {}", note.line, note.text))
        .collect()
}

#[test]
fn what_needs_no_change_is_the_same_text() {
    let text = "# Ours\nlanguage: python\npython: \"3.8\" # old\nscript: make\n";
    let migration = migrated(text);
    assert_eq!(migration.text, text);
    assert!(
        migration.same_jobs && migration.notes.is_empty(),
        "{migration:?}"
    );
}

#[test]
fn secrets_of_travis_become_comments_that_say_how_to_seal_them_anew() {
    let text = "language: c\nenv:\n  global:\n  - A=1\n  # for the upload\n  - secure: \"c2VhbGVk\" # token\n  - secure: \"c2VhbGVkIHRvbw==\"\nscript: make\n";
    let migration = migrated(text);
    insta::assert_snapshot!(migration.text, @r#"
    language: c
    env:
      global:
      - A=1
      # for the upload
      # env.global[1], sealed for Travis CI; anew: agent encrypt NAME --add
      # token
      # env.global[2], sealed for Travis CI; anew: agent encrypt NAME --add
    script: make
    "#);
    let told = told(&migration, NoteKind::Person);
    assert!(told[0].starts_with("6: `env.global[1]`"), "{told:?}");
    assert!(told[1].starts_with("8: `env.global[2]`"), "{told:?}");
    assert!(migration.same_jobs);
}

#[test]
fn what_holds_nothing_but_secrets_goes_as_a_whole() {
    let text = "language: c\nenv:\n  global:\n    secure: c2VhbGVk\nscript: make\ndeploy:\n  provider: script\n  script: up\n  token:\n    secure: c2VhbGVk\n";
    let migration = migrated(text);
    insta::assert_snapshot!(migration.text, @r"
    language: c
    # env.global, sealed for Travis CI; anew: agent encrypt NAME --add
    script: make
    deploy:
      provider: script
      script: up
      # deploy.token, sealed for Travis CI; anew: agent encrypt --add deploy.token
    ");
}

#[test]
fn the_language_that_travis_takes_for_granted_is_said() {
    let migration = migrated("# Ours\nrvm: 2.6\nscript: rake\n");
    assert_eq!(
        migration.text,
        "# Ours\nlanguage: ruby\nrvm: 2.6\nscript: rake\n"
    );
    assert!(migration.same_jobs, "{migration:?}");
}

#[test]
fn jobs_without_a_script_skip_it_on_purpose() {
    let migration = migrated("language: generic\ninstall: make\n");
    assert_eq!(
        migration.text,
        "script: skip\nlanguage: generic\ninstall: make\n"
    );
    assert!(migration.same_jobs, "{migration:?}");
}

#[test]
fn a_config_that_is_indented_as_a_whole_stays_so() {
    let migration = migrated("---\n  rvm: 2.6\n  script: rake\n");
    assert_eq!(
        migration.text,
        "---\n  language: ruby\n  rvm: 2.6\n  script: rake\n"
    );
    assert!(migration.same_jobs, "{migration:?}");
}

#[test]
fn a_language_that_has_no_place_is_left_to_people() {
    let migration = migrated("{rvm: 2.6, script: rake}\n");
    let told = told(&migration, NoteKind::Person);
    assert_eq!(told, ["1: without `language` a .ci.yml has none"]);
}

#[test]
fn what_a_person_must_mend_is_named_with_its_line() {
    let migration = migrated("language: c\nif: branch =\nscript: make\n");
    let told = told(&migration, NoteKind::Person);
    assert!(
        told[0].starts_with("2: This condition cannot be read"),
        "{told:?}"
    );
}

#[test]
fn what_runs_in_another_way_is_told_by_its_decision() {
    let migration = migrated(
        "language: c\nos: [linux, osx]\nservices: [docker, redis]\nscript:\n- set -ev\n- make\nafter_success: up\n",
    );
    let notes = migration.notes.iter().filter_map(|note| note.decision);
    assert_eq!(notes.collect::<Vec<_>>(), [16, 15, 20, 21]);
}

#[test]
fn a_text_that_is_no_config_is_refused_with_its_place() {
    assert!(migrate(&Source::new(".travis.yml", "script: [")).is_err());
}

#[test]
fn that_imports_were_not_looked_at_is_said() {
    let migration = migrated("language: c\nscript: make\nimport: ci/base.yml\n");
    let told = told(&migration, NoteKind::Differs);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("3: what it imports was not looked at"));
}

#[test]
fn what_comes_to_nothing_yet_is_told_of_a_config_with_imports_too() {
    let text = "import: a.yml\nlanguage: c\nservices: [docker, riak]\ncache: ccache\ndeploy:\n  provider: heroku\n  on: {branch: main}\n";
    let told = told(&migrated(text), NoteKind::Differs);
    for note in [
        "3: `riak` is not started",
        "4: `cache` is read and checked, and nothing comes of it yet",
        "6: The deploy provider heroku is not available yet",
    ] {
        assert_eq!(
            told.iter().filter(|told| *told == note).count(),
            1,
            "{told:#?}"
        );
    }
}
