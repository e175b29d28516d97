//! Which git this machine has.

use super::GitError;
use super::command::Git;

/// The version as git names it, e.g. `2.47.3`.
///
/// # Errors
/// There is no git, or it says nothing.
pub fn version() -> Result<String, GitError> {
    let said = Git::new("asking for its version").arg("version").text()?;
    Ok(said.trim_start_matches("git version ").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_what_this_machines_git_says() {
        let version = version().unwrap();
        assert!(
            version.starts_with(|c: char| c.is_ascii_digit()),
            "{version}"
        );
    }
}
