//! What a job does for its work tree by itself (run-time reference §3). The host puts the commit's files
//! there; what other places hold is fetched here, where an address that the repository names can reach
//! no more than the job can (threat T37), and without credentials.

use super::builder::{Builder, OwnCommand};
use super::quote;
use super::style;
use crate::protocol::{Failure, Phase, When};
use schema::plan::Job;

/// What is known of a job's work tree.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkout {
    /// Submodules whose files are not there.
    pub submodules: Submodules,
    /// How many files are pointers of Git LFS.
    pub pointers: usize,
    /// Beginnings of addresses that git reads as others, as (web, what is written): a job has no key
    /// of ssh.
    pub instead: Vec<(String, String)>,
}

/// Submodules whose files are to be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Submodules {
    /// There are none.
    #[default]
    None,
    /// All that the commit has.
    All,
    /// Those at these paths.
    Some(Vec<String>),
}

/// The steps of the phase; none where there is nothing to do.
pub(super) fn run(builder: &mut Builder<'_>, job: &Job, checkout: &Checkout) {
    if !job.git.clone {
        builder.phase(Phase::Checkout, None, When::Always);
        builder.text(style::yellow(
            "Nothing is checked out, as `git: {clone: false}` says; the folder is empty.",
        ));
        let folder = quote::literal(&builder.facts.directory);
        builder.own(format!("mkdir -p {folder} && cd {folder}"), Vec::new());
        return;
    }
    let settings = settings(job);
    if settings.is_empty() && commands(job, checkout).next().is_none() {
        return;
    }
    builder.phase(Phase::Checkout, None, When::Always);
    for (key, value) in settings {
        // The tree is made with them already; this is for what the job clones itself.
        builder.own(
            format!(
                "if command -v git > /dev/null 2>&1; then git config --global {key} {value}; fi"
            ),
            Vec::new(),
        );
    }
    for command in commands(job, checkout) {
        builder.own_command(command);
    }
}

/// How a command is called, by its number.
pub(super) fn text(job: &Job, number: u32) -> Option<String> {
    let every = Checkout {
        submodules: Submodules::All,
        pointers: 1,
        ..Checkout::default()
    };
    let mut commands = commands(job, &every);
    commands
        .find(|command| command.number == number)
        .map(|command| command.label)
}

fn settings(job: &Job) -> Vec<(&'static str, String)> {
    let git = &job.git;
    let autocrlf = git.autocrlf.as_deref();
    let known = autocrlf.filter(|word| matches!(*word, "true" | "false" | "input"));
    let autocrlf = known.map(|word| ("core.autocrlf", word.to_owned()));
    let symlinks = git.symlinks.map(|flag| ("core.symlinks", flag.to_string()));
    autocrlf.into_iter().chain(symlinks).collect()
}

fn commands<'a>(job: &'a Job, checkout: &'a Checkout) -> impl Iterator<Item = OwnCommand> + 'a {
    let is_repository = job.git.clone && !job.git.tarball;
    let submodules = submodules(job, checkout).filter(|_| job.git.submodules);
    let files = (checkout.pointers > 0 && !job.git.lfs_skip_smudge).then(|| large_files(checkout));
    let all = submodules.into_iter().chain(files);
    all.filter(move |_| is_repository)
}

fn submodules(job: &Job, checkout: &Checkout) -> Option<OwnCommand> {
    let paths: &[String] = match &checkout.submodules {
        Submodules::None => return None,
        Submodules::All => &[],
        Submodules::Some(paths) => paths,
    };
    let mut options = "submodule update --init --recursive --quiet".to_owned();
    if let Some(depth) = job.git.submodules_depth {
        options.push_str(&format!(" --depth={depth}"));
    }
    if !paths.is_empty() {
        options.push_str(" --");
        for path in paths {
            options.push(' ');
            options.push_str(&quote::literal(path));
        }
    }
    let git = git(checkout);
    let label = format!("git {options}");
    let shown = quote::literal(&format!("$ {label}"));
    let text = format!(
        "if command -v git > /dev/null 2>&1; then
  printf '%s\\n' {shown}
  ci__retry 'git submodule update' {git} {options} || ci__hint \"$?\" \\
    'Submodules are fetched in the job and without credentials. Where one is private, say `git: {{submodules: false}}`,' \\
    'and fetch it in before_install with a key that is sealed for this repository.'
else
  ci__hint 1 'This repository has submodules, and the image has no git to fetch them with. Choose an image with git,' \\
    'add it by `addons: {{apt: git}}`, or do without them by `git: {{submodules: false}}`.'
fi"
    );
    Some(OwnCommand {
        number: 1,
        label,
        text,
        tells: true,
        fold: Some("git.submodule"),
        failure: Failure::Assert,
        ..OwnCommand::default()
    })
}

fn large_files(checkout: &Checkout) -> OwnCommand {
    let files = match checkout.pointers {
        1 => "1 file of Git LFS is a pointer".to_owned(),
        count => format!("{count} files of Git LFS are pointers"),
    };
    let git = git(checkout);
    let text = format!(
        "if git lfs version > /dev/null 2>&1; then
  printf '%s\\n' '$ git lfs pull'
  git lfs install --local > /dev/null
  ci__retry 'git lfs pull' {git} lfs pull || ci__hint \"$?\" \\
    'Files of Git LFS are fetched in the job and without credentials. Where they are private, leave pointers' \\
    'by `git: {{lfs_skip_smudge: true}}`, and pull in before_install with a token that is sealed for this repository.'
else
  ci__hint 0 '{files}: the image has no git-lfs to fetch them with. `addons: {{apt: git-lfs}}` adds it.'
fi"
    );
    OwnCommand {
        number: 2,
        label: "git lfs pull".to_owned(),
        text,
        tells: true,
        failure: Failure::Assert,
        ..OwnCommand::default()
    }
}

/// `git` with the addresses that it reads as others.
fn git(checkout: &Checkout) -> String {
    let mut git = "git".to_owned();
    for (web, written) in &checkout.instead {
        let setting = format!("url.{web}.insteadOf={written}");
        git.push_str(&format!(" -c {}", quote::literal(&setting)));
    }
    git
}
