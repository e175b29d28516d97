//! Which config an `import` asks for: `[owner/repo:]path[@ref]`.

use std::fmt;

/// Longest reference in bytes.
const LONGEST: usize = 1024;

/// A config by its place. [`fmt::Display`] writes it as people do, and [`Reference::parse`] reads
/// that again.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// `owner/repo` in lower or upper case as written; none for the build's own repository.
    pub repo: Option<String>,
    /// The path from the repository's root, without `.` and `..`.
    pub path: String,
    /// The branch, tag or commit. None for the build's own commit; of another repository, for the
    /// newest commit of its default branch.
    pub at: Option<String>,
}

/// Why a text is no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadReference {
    /// It has no path.
    #[error("there is no path")]
    NoPath,
    /// It is longer than any reference.
    #[error("it has more than {LONGEST} bytes")]
    TooLong,
    /// What stands before the colon.
    #[error("what stands before the colon is not `owner/repo`")]
    Repository,
    /// `..` leads out of the repository.
    #[error("the path leads out of the repository")]
    Outside,
    /// A line break or the like.
    #[error("it holds a character that no path has")]
    Character,
    /// What stands after the `@`.
    #[error("what stands after the `@` is not a branch, tag or commit")]
    Ref,
}

impl Reference {
    /// The config that all others are imported from.
    #[must_use]
    pub fn root(path: &str) -> Self {
        Self {
            repo: None,
            path: path.to_owned(),
            at: None,
        }
    }

    /// Reads a reference that stands in the build's own config.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &str) -> Result<Self, BadReference> {
        Self::root("").resolve(text)
    }

    /// Reads a reference that stands in this config: without a repository it is one of the same
    /// commit, and a path that begins with `./` or `../` begins at this config's folder.
    ///
    /// # Errors
    /// When it is none.
    pub fn resolve(&self, text: &str) -> Result<Self, BadReference> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(BadReference::TooLong);
        }
        if text.contains(|c: char| c.is_control() || c == '\\') {
            return Err(BadReference::Character);
        }
        let (place, at) = match text.split_once('@') {
            Some((place, at)) => (place, Some(at)),
            None => (text, None),
        };
        if at.is_some_and(|at| !is_ref(at)) {
            return Err(BadReference::Ref);
        }
        let at = at.map(str::to_owned);
        match place.split_once(':') {
            None => Ok(Self {
                repo: self.repo.clone(),
                path: joined(folder(&self.path), place)?,
                at: at.or_else(|| self.at.clone()),
            }),
            Some((repo, path)) if is_slug(repo) => Ok(Self {
                repo: Some(repo.to_owned()),
                path: joined("", path)?,
                at,
            }),
            Some(_) => Err(BadReference::Repository),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(repo) = &self.repo {
            write!(f, "{repo}:")?;
        }
        f.write_str(&self.path)?;
        match &self.at {
            Some(at) => write!(f, "@{at}"),
            None => Ok(()),
        }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path from the root; only one that begins with a dot begins at the folder.
fn joined(folder: &str, path: &str) -> Result<String, BadReference> {
    let relative = path.starts_with("./") || path.starts_with("../");
    let start = if relative { folder } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(BadReference::Outside)?;
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() || path.ends_with('/') {
        return Err(BadReference::NoPath);
    }
    Ok(parts.join("/"))
}

fn is_slug(text: &str) -> bool {
    let named = |part: &str| {
        let letter = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !matches!(part, "" | "." | "..") && part.chars().all(letter)
    };
    text.split_once('/')
        .is_some_and(|(owner, repo)| named(owner) && named(repo))
}

/// What git takes for a branch, tag or commit, save for the oddest names.
fn is_ref(text: &str) -> bool {
    let odd = |c: char| c.is_whitespace() || "~^:?*[".contains(c);
    let unfit = text.is_empty() || text.starts_with(['-', '/']) || text.ends_with(['/', '.']);
    !unfit && !text.contains(odd) && !text.contains("..") && !text.contains("@{")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(from: &str, text: &str) -> Result<String, BadReference> {
        let from = Reference::parse(from).unwrap();
        from.resolve(text).map(|reference| reference.to_string())
    }

    #[test]
    fn a_path_is_one_of_the_same_commit() {
        assert_eq!(resolved(".ci.yml", "ci/base.yml").unwrap(), "ci/base.yml");
        let from = "acme/ci:lint/all.yml@v2";
        assert_eq!(resolved(from, "base.yml").unwrap(), "acme/ci:base.yml@v2");
        assert_eq!(
            resolved(from, "base.yml@v3").unwrap(),
            "acme/ci:base.yml@v3"
        );
    }

    #[test]
    fn a_path_that_begins_with_a_dot_begins_at_the_folder() {
        assert_eq!(resolved("ci/all/x.yml", "./y.yml").unwrap(), "ci/all/y.yml");
        assert_eq!(resolved("ci/all/x.yml", "../y.yml").unwrap(), "ci/y.yml");
        assert_eq!(
            resolved("ci/x.yml", "../../y.yml"),
            Err(BadReference::Outside)
        );
    }

    #[test]
    fn another_repository_has_refs_of_its_own() {
        let from = "acme/ci:all.yml@v2";
        assert_eq!(
            resolved(from, "acme/other:x.yml").unwrap(),
            "acme/other:x.yml"
        );
        assert_eq!(
            resolved(from, "a/b:x.yml@dev/1").unwrap(),
            "a/b:x.yml@dev/1"
        );
    }

    #[test]
    fn what_is_no_reference_is_told() {
        let told = |text| resolved(".ci.yml", text).unwrap_err();
        assert_eq!(told(""), BadReference::NoPath);
        assert_eq!(told("ci/"), BadReference::NoPath);
        assert_eq!(told("https://example.org/x.yml"), BadReference::Repository);
        assert_eq!(told("acme:x.yml"), BadReference::Repository);
        assert_eq!(told("x.yml@"), BadReference::Ref);
        assert_eq!(told("x.yml@a..b"), BadReference::Ref);
        assert_eq!(told("x\ny"), BadReference::Character);
        assert_eq!(told(&"x".repeat(2000)), BadReference::TooLong);
    }
}
