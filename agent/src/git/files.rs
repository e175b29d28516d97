//! How the files of a work tree are written, and what was found on the way (run-time reference §3).

/// What `git:` says of files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Files {
    /// `autocrlf:`
    pub autocrlf: Option<AutoCrlf>,
    /// `symlinks:`; with `false`, links are plain files that hold where they point.
    pub symlinks: Option<bool>,
    /// `sparse_checkout:`, the file of the commit that names what is checked out.
    pub sparse: Option<String>,
}

/// git's `core.autocrlf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AutoCrlf {
    /// Lines of text end with CR LF in the tree.
    True,
    /// As they are in the commit.
    False,
    /// The same; git takes CRs away when it adds.
    Input,
}

impl AutoCrlf {
    /// From `true`, `false` or `input`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::True, Self::False, Self::Input]
            .into_iter()
            .find(|one| one.as_str() == text)
    }

    /// As git writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::False => "false",
            Self::Input => "input",
        }
    }
}

/// What was found in a work tree that a job may have to fetch something for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Paths of submodules whose files are not there.
    pub submodules: Vec<Vec<u8>>,
    /// Whether there is a `.gitmodules`, without which git knows no submodule.
    pub has_modules: bool,
    /// How many files are pointers of Git LFS.
    pub pointers: usize,
    /// Of a sparse checkout: how many files are there, and how many the commit has.
    pub sparse: Option<(usize, usize)>,
}
