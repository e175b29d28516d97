//! The GitHub model of the tests, run by hand: for trying the agent without GitHub.
//!
//! `serve` prints its addresses and a token and stays; every other command speaks to it over a
//! socket. See docs/getting-started.md and CONTRIBUTING.md.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program")]

#[path = "../tests/github_model/mod.rs"]
mod github_model;

use clap::{Parser, Subcommand};
use github_model::{GithubModel, Repo, Token};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, UnixStream};
use tokio::signal::unix::{SignalKind, signal};

/// A stand-in for GitHub on this machine, for trying the agent
///
/// It has repositories with git over HTTP, pull requests, webhooks, statuses and branch protection,
/// behind GitHub's own REST API. It has no pages, and forgets everything when it ends.
#[derive(Parser)]
#[command(
    name = "github-model",
    after_help = "\
Examples:
  github-model serve &
  eval \"$(github-model env)\"
  curl -d '{\"name\": \"hello\", \"auto_init\": true}' -H \"Authorization: Bearer $GITHUB_TOKEN\" \\
    $GITHUB_API_URL/user/repos
  git clone $GITHUB_URL/octo/hello     (any name, and the token as password, to push)

What GitHub's API does is done with curl, as with GitHub; docs/getting-started.md shows how."
)]
struct Args {
    /// The socket between `serve` and the other commands.
    #[arg(long, global = true, env = "GITHUB_MODEL_CONTROL")]
    control: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Run until interrupted; prints addresses and token as shell variables.
    Serve {
        /// Where to listen; port 0 is a free one.
        #[arg(long, default_value = "127.0.0.1:8085", env = "GITHUB_MODEL_LISTEN")]
        listen: String,
        /// The token that may everything; a random one when there is none.
        #[arg(long)]
        token: Option<String>,
        /// Whose token it is.
        #[arg(long, default_value = "octo")]
        login: String,
    },
    /// Print the variables of the model that runs, for `eval`; waits until it does.
    Env {
        /// How long to wait.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
    /// Make a repository.
    Create {
        /// owner/name
        repository: String,
        #[arg(long)]
        private: bool,
    },
    /// Push what lies in a folder as one commit; prints it.
    Push {
        repository: String,
        branch: String,
        folder: PathBuf,
        #[arg(long, short, default_value = "A commit")]
        message: String,
    },
    /// Push a tag at the head of the default branch; prints its commit.
    Tag { repository: String, tag: String },
    /// Open a pull request between two branches; prints its number.
    Pull {
        repository: String,
        head: String,
        #[arg(default_value = "main")]
        base: String,
    },
    /// Let somebody fork it, push a folder to a branch there and open a pull request.
    PullFromFork {
        repository: String,
        login: String,
        branch: String,
        folder: PathBuf,
    },
    /// Require contexts on a branch.
    Protect {
        repository: String,
        branch: String,
        contexts: Vec<String>,
    },
    /// Show the statuses of a branch, a tag or a commit.
    Statuses { repository: String, commit: String },
    /// Wait until a commit has a status.
    Wait {
        repository: String,
        commit: String,
        context: String,
        state: String,
        /// How long to wait.
        #[arg(long, default_value_t = 300)]
        seconds: u64,
    },
    /// Merge a pull request, if its branch allows it; prints the merge.
    Merge { repository: String, number: u64 },
    /// List deliveries with their ids and what became of them.
    Deliveries { repository: String },
    /// Deliver once more.
    Redeliver { repository: String, delivery: u64 },
}

/// What a command sends to the server.
#[derive(Serialize, Deserialize)]
struct Order {
    /// Folders are meant from there.
    from: PathBuf,
    words: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let args = Args::parse();
    let control = args
        .control
        .unwrap_or_else(|| std::env::temp_dir().join("github-model.sock"));
    let done = match args.action {
        Action::Serve {
            listen,
            token,
            login,
        } => serve(&control, &listen, token, &login).await,
        Action::Env { seconds } => variables(&control, Duration::from_secs(seconds)).await,
        _ => ask(&control).await,
    };
    match done {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(text) => {
            eprintln!("{}", text.trim_end());
            ExitCode::FAILURE
        }
    }
}

async fn serve(
    control: &Path,
    listen: &str,
    token: Option<String>,
    login: &str,
) -> Result<String, String> {
    // Whoever asked is told; the server says so in one line.
    std::panic::set_hook(Box::new(|panic| eprintln!("{panic}")));
    let model = GithubModel::start_at(listen).map_err(|error| {
        format!("cannot listen on {listen}: {error}; choose another address with --listen")
    })?;
    let model = Arc::new(model.lenient());
    let mut owner = Token::new("agent", login);
    if let Some(token) = token {
        owner = owner.worth(&token);
    }
    let token = model.add_token(owner);
    let variables = format!(
        "GITHUB_URL={}\nGITHUB_API_URL={}\nGITHUB_TOKEN={token}\nGITHUB_MODEL_CONTROL={}\n",
        model.web_url(),
        model.api_url(),
        control.display()
    );
    // A socket that a killed server has left answers nobody.
    if UnixStream::connect(control).await.is_err() {
        let _ = std::fs::remove_file(control);
    }
    let listener = UnixListener::bind(control).map_err(|error| {
        format!(
            "cannot listen on {}: {error}; choose another with --control",
            control.display()
        )
    })?;
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    print!("{variables}");
    eprintln!("A stand-in for GitHub, until Ctrl-C; `github-model --help` shows what it can do.");
    let variables: Arc<str> = variables.into();
    loop {
        tokio::select! {
            Ok((stream, _)) = listener.accept() => {
                tokio::spawn(answer(Arc::clone(&model), Arc::clone(&variables), stream));
            }
            _ = tokio::signal::ctrl_c() => break,
            _ = terminated.recv() => break,
        }
    }
    let _ = std::fs::remove_file(control);
    Ok(String::new())
}

/// Asks for the variables until a server that has just been started answers.
async fn variables(control: &Path, patience: Duration) -> Result<String, String> {
    let end = Instant::now() + patience;
    loop {
        match ask(control).await {
            Err(_) if Instant::now() < end => tokio::time::sleep(Duration::from_millis(50)).await,
            answer => return answer,
        }
    }
}

/// Hands this command over to the server.
async fn ask(control: &Path) -> Result<String, String> {
    let broken = |error: std::io::Error| {
        format!(
            "no model answers at {}: {error}; start one with `serve`",
            control.display()
        )
    };
    let order = Order {
        from: std::env::current_dir().map_err(broken)?,
        words: std::env::args().collect(),
    };
    let mut stream = UnixStream::connect(control).await.map_err(broken)?;
    let order = serde_json::to_vec(&order).map_err(|error| error.to_string())?;
    stream.write_all(&order).await.map_err(broken)?;
    stream.shutdown().await.map_err(broken)?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await.map_err(broken)?;
    serde_json::from_str::<Result<String, String>>(&text).map_err(|error| error.to_string())?
}

async fn answer(model: Arc<GithubModel>, variables: Arc<str>, mut stream: UnixStream) {
    let mut text = Vec::new();
    if stream.read_to_end(&mut text).await.is_err() {
        return;
    }
    // The verbs panic where a test would be wrong: a name that is none, a branch that is not there.
    let done = tokio::spawn(async move { obey(&model, &variables, &text).await }).await;
    let done = done.unwrap_or_else(|error| Err(reason(error)));
    let _ = stream
        .write_all(&serde_json::to_vec(&done).unwrap_or_default())
        .await;
}

fn reason(error: tokio::task::JoinError) -> String {
    let text = error
        .try_into_panic()
        .ok()
        .and_then(|panic| panic.downcast::<String>().ok());
    text.map_or_else(|| "the model broke".to_owned(), |text| *text)
}

async fn obey(model: &GithubModel, variables: &str, order: &[u8]) -> Result<String, String> {
    let order: Order = serde_json::from_slice(order).map_err(|error| error.to_string())?;
    let args = Args::try_parse_from(&order.words).map_err(|error| error.to_string())?;
    let repo = |name: &str| -> Result<Repo, String> {
        model
            .existing(name)
            .ok_or_else(|| format!("no repository {name}; make it with `create`"))
    };
    let folder_error = |error: std::io::Error| format!("cannot read the folder: {error}");
    Ok(match args.action {
        Action::Serve { .. } => return Err("a model serves already".to_owned()),
        Action::Env { .. } => variables
            .lines()
            .fold(String::new(), |text, line| text + "export " + line + "\n"),
        Action::Create {
            repository,
            private,
        } => {
            let made = model.repository(&repository);
            if private {
                made.privatize();
            }
            format!("{}\n", made.clone_url())
        }
        Action::Push {
            repository,
            branch,
            folder,
            message,
        } => {
            let sha = repo(&repository)?.push_folder(&branch, &order.from.join(folder), &message);
            format!("{}\n", sha.map_err(folder_error)?)
        }
        Action::Tag { repository, tag } => format!("{}\n", repo(&repository)?.push_tag(&tag)),
        Action::Pull {
            repository,
            head,
            base,
        } => {
            format!(
                "{}\n",
                repo(&repository)?
                    .open_pull_request(&head, &base, &head)
                    .number
            )
        }
        Action::PullFromFork {
            repository,
            login,
            branch,
            folder,
        } => {
            let (base, fork) = (repo(&repository)?, repo(&repository)?.fork(&login));
            fork.push_folder(&branch, &order.from.join(folder), "A commit")
                .map_err(folder_error)?;
            format!(
                "{}\n",
                base.open_pull_request_of(&fork, &branch, &branch).number
            )
        }
        Action::Protect {
            repository,
            branch,
            contexts,
        } => {
            let contexts: Vec<&str> = contexts.iter().map(String::as_str).collect();
            repo(&repository)?.protect(&branch, &contexts);
            String::new()
        }
        Action::Statuses { repository, commit } => {
            let repo = repo(&repository)?;
            let all = repo.statuses(&repo.head(&commit));
            all.iter()
                .map(|status| {
                    format!(
                        "{} {}\n",
                        status.line(),
                        status.target_url.as_deref().unwrap_or_default()
                    )
                })
                .collect()
        }
        Action::Wait {
            repository,
            commit,
            context,
            state,
            seconds,
        } => {
            let repo = repo(&repository)?;
            model.patience(Duration::from_secs(seconds));
            let status = repo
                .expect_status(&repo.head(&commit), &context, &state)
                .await;
            format!("{}\n", status.line())
        }
        Action::Merge { repository, number } => {
            format!(
                "{}\n",
                repo(&repository)?.pull_request(number).merge().await?
            )
        }
        Action::Deliveries { repository } => {
            let all = repo(&repository)?.deliveries();
            let line = |it: &github_model::Delivery| {
                let end = it
                    .response
                    .as_ref()
                    .map_or("pending", |response| response.status.as_str());
                format!(
                    "{} {} {} {end}\n",
                    it.id,
                    it.event,
                    it.action.as_deref().unwrap_or("-")
                )
            };
            all.iter().map(line).collect()
        }
        Action::Redeliver {
            repository,
            delivery,
        } => {
            format!("{}\n", repo(&repository)?.redeliver(delivery))
        }
    })
}
