//! Tools of which a config says the version, and what images have to choose versions with.

/// A tool whose version a key of the config says.
///
/// The shell texts below are run by a POSIX shell, with `$ci__asked` for the version that is asked
/// for and `$ci__number` for its numbers alone: `11` of `openjdk11`, nothing of `lts/*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tool {
    /// The key.
    pub key: &'static str,
    /// A file of the work tree that says the version where the config does not.
    pub file: Option<&'static str>,
    /// Prints the version that the job has.
    pub has: &'static str,
    /// What the image may have to choose versions with. The first that is there is asked, when the
    /// job does not have the version already.
    pub managers: &'static [Manager],
}

/// A version manager, or a place where versions lie side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manager {
    /// What people call it.
    pub name: &'static str,
    /// Whether the image has it.
    pub there: &'static str,
    /// Makes the version the job's own; fails where there is no such version.
    pub activate: &'static str,
    /// Prints the versions that there are.
    pub list: &'static str,
}
