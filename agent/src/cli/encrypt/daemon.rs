//! The public key as a daemon has it.

use super::key;
use crate::cli::Printer;
use crate::cli::checkout::Checkout;
use crate::cli::repo::runtime;
use crate::cli::repository::{RepositoryArgs, unclear};
use crate::error::{Exit, UserError};
use crate::secrets::PublicKey;
use crate::settings::{Environment, SecretName, Settings, http_address};
use crate::setup::{self, FetchError};
use url::Url;

/// Fetches the key from the daemon whose address the settings have, if any.
pub(super) fn of_settings(
    checkout: &Checkout,
    args: &RepositoryArgs,
    printer: &mut Printer,
) -> Result<Option<PublicKey>, UserError> {
    let settings = Settings::of_process()?;
    let server = settings.server.public_url.as_deref().and_then(http_address);
    match server {
        Some(server) if args.slug(checkout).is_some() => {
            fetch(checkout, args, &server, printer).map(Some)
        }
        _ => Ok(None),
    }
}

/// Fetches the key from a daemon, and makes sure of whose it is.
pub(super) fn fetch(
    checkout: &Checkout,
    args: &RepositoryArgs,
    server: &Url,
    printer: &mut Printer,
) -> Result<PublicKey, UserError> {
    let asked = args.slug(checkout).ok_or_else(unclear)?;
    let slug = asked
        .parse()
        .map_err(|error| UserError::new(Exit::Usage, format!("{error}")))?;
    let file = Settings::of_process()?.operator.token_file;
    // Only private repositories need it, so that one which is not to be had is no mistake.
    let environment = Environment::of_process();
    let token = SecretName::OPERATOR_TOKEN
        .read_again(file.as_deref(), &environment)
        .ok();
    let fetched = setup::public_key(server, &slug, token.as_ref());
    let (found, url) = runtime()?.block_on(fetched).map_err(not_fetched)?;
    // A daemon builds for one forge; which one, its key says where nobody names another.
    let origin = checkout.origin().filter(|_| args.repo.is_none());
    let host = origin.map(|origin| origin.host.clone());
    let meant = RepositoryArgs {
        repo: Some(asked),
        host: args.host.clone().or(host),
    };
    key::matches(&found, &meant, url.as_str()).map_err(|error| {
        error.hint(
            "name the right daemon or repository; one that was renamed keeps its id: compare it, \
             save the line as .ci.pub, and leave `-r` out",
        )
    })?;
    printer.note(format!("Took the public key from {url}"));
    Ok(found)
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is used as a function of map_err"
)]
fn not_fetched(error: FetchError) -> UserError {
    let (exit, hint) = match &error {
        FetchError::NotThere(_) => (
            Exit::Usage,
            "`agent repo add` on the daemon's machine adds it; the key of a private one is shown \
             to who has AGENT_OPERATOR_TOKEN, or is committed as .ci.pub",
        ),
        FetchError::NoAnswer { .. } => (
            Exit::Backend,
            "is that where the daemon is? `--server URL` names another one",
        ),
        FetchError::Status { .. } | FetchError::NoKey { .. } | FetchError::TooLong(_) => (
            Exit::Usage,
            "something else answers there: `--server URL` takes the daemon's address, without a \
             path",
        ),
    };
    UserError::new(exit, error.to_string()).hint(hint)
}
