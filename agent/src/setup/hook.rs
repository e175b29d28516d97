//! The webhook of a repository.

use super::open::Target;
use super::rights::Right;
use super::{Setup, Step};
use crate::github::{GithubError, Hook, HookSetup, Slug};

const PART: &str = "webhook";

/// Makes the webhook, or brings it to what it should be. GitHub never shows a webhook's secret, so
/// that of one which the agent made itself is taken for right unless `renew` says otherwise.
///
/// # Errors
/// The step that failed.
pub(super) async fn ensure(
    setup: &Setup,
    slug: &Slug,
    known: Option<u64>,
    renew: bool,
) -> Result<(Option<u64>, Step), Step> {
    let Some(target) = &setup.hook else {
        let text = "none: webhooks.enabled is false, and the agent asks GitHub instead";
        return Ok((known, Step::unchanged(PART, text)));
    };
    if target.out_of_reach {
        let text = format!("GitHub cannot reach {}", target.url);
        return Err(Step::failed(PART, text).fix(
            "set server.public_url to how the world reaches the agent, or webhooks.enabled: false \
             where it cannot",
        ));
    }
    let refused = |error: GithubError| Right::Webhooks.refused(PART, &error);
    let hooks = setup.client.hooks(slug).await.map_err(refused)?;
    let ours = ours(&hooks, target, known);
    let (id, text) = match ours {
        Some(hook) if is_right(hook, target) && known == Some(hook.id) && !renew => {
            return Ok((known, Step::unchanged(PART, target.url.as_str())));
        }
        Some(hook) => (Some(hook.id), setup.verb("changed")),
        None => (None, setup.verb("made")),
    };
    let step = Step::changed(PART, format!("{text}: {}", target.url));
    if setup.dry {
        return Ok((id, step));
    }
    let id = write(setup, slug, id, target).await.map_err(refused)?;
    Ok((Some(id), step))
}

/// GitHub pings a new webhook by itself.
async fn write(
    setup: &Setup,
    slug: &Slug,
    id: Option<u64>,
    target: &Target,
) -> Result<u64, GithubError> {
    let wanted = HookSetup {
        url: &target.url,
        secret: &target.secret,
    };
    let Some(id) = id else {
        return Ok(setup.client.create_hook(slug, &wanted).await?.id);
    };
    setup.client.update_hook(slug, id, &wanted).await?;
    setup.client.ping_hook(slug, id).await?;
    Ok(id)
}

/// Takes the webhook away.
///
/// # Errors
/// The step that failed.
pub(super) async fn remove(setup: &Setup, slug: &Slug, known: Option<u64>) -> Result<Step, Step> {
    let refused = |error: GithubError| Right::Webhooks.refused(PART, &error);
    let hooks = setup.client.hooks(slug).await.map_err(refused)?;
    let found = match &setup.hook {
        Some(target) => ours(&hooks, target, known),
        None => hooks.iter().find(|hook| known == Some(hook.id)),
    };
    let Some(hook) = found else {
        return Ok(Step::unchanged(PART, "there is none"));
    };
    if !setup.dry {
        let deleted = setup.client.delete_hook(slug, hook.id).await;
        deleted.map_err(refused)?;
    }
    let text = format!("{}: {}", setup.verb("deleted"), hook.url);
    Ok(Step::changed(PART, text))
}

/// The webhook that delivers to us, or else the one that we made and somebody led elsewhere.
fn ours<'a>(hooks: &'a [Hook], target: &Target, known: Option<u64>) -> Option<&'a Hook> {
    let here = hooks.iter().find(|hook| leads_to(hook, target));
    here.or_else(|| hooks.iter().find(|hook| known == Some(hook.id)))
}

fn leads_to(hook: &Hook, target: &Target) -> bool {
    hook.url.trim_end_matches('/') == target.url.as_str()
}

fn is_right(hook: &Hook, target: &Target) -> bool {
    hook.url == target.url.as_str() && hook.is_as_it_should_be()
}
