//! docs/real-configs.md has a row for each case of `fixtures/real`, with its words.

use super::root;
use serde_yaml::Value;
use std::fs;

#[test]
fn every_config_of_a_real_project_has_its_row() {
    let page = fs::read_to_string(root().join("docs/real-configs.md")).unwrap();
    let rows: Vec<Vec<&str>> = page
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    let mut wanted = Vec::new();
    for entry in fs::read_dir(root().join("fixtures/real")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(path.join("case.yml")).unwrap();
        let case: Value = serde_yaml::from_str(&text).unwrap();
        let words = |key: &str| {
            let text = case.get(key).and_then(Value::as_str).unwrap_or("none");
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let row = rows
            .iter()
            .find(|row| row.first() == Some(&format!("`{name}`").as_str()));
        let row = row.unwrap_or_else(|| panic!("{name} has no row"));
        assert_eq!(row[1], words("has"), "{name}");
        assert_eq!(row[3], words("stands_in"), "{name}");
        assert_eq!(row[4], words("differs"), "{name}");
        wanted.push(name);
    }
    assert_eq!(rows.len(), wanted.len());
}
