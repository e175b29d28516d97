//! Which places of a config take sealed values.

/// Whether a place, given by its dotted path, takes a sealed value.
pub(super) fn accepts(path: &str) -> bool {
    let path = path.strip_prefix("jobs.include.").unwrap_or(path);
    let first = path.split('.').next().unwrap_or_default();
    matches!(first, "env" | "deploy")
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn env_and_deploy_take_sealed_values_and_nothing_else() {
        assert!(accepts("env.global.secure"));
        assert!(accepts("deploy.password"));
        assert!(accepts("jobs.include.env"));
        assert!(accepts("jobs.include.deploy.token"));
        assert!(!accepts("notifications.slack.rooms"));
        assert!(!accepts("addons.sonarcloud.token"));
    }
}
