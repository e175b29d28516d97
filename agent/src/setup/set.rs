//! Changes settings of a repository that was added.

use super::remove::stored;
use super::{Change, Report, Setup, Step};
use crate::github::Slug;
use crate::store::{Repository, RepositorySettings};

const PART: &str = "settings";

/// Changes these settings and no others. GitHub is not asked.
pub async fn set(setup: &Setup, asked: &Slug, changes: &[Change]) -> Report {
    let steps = match all(setup, asked, changes).await {
        Ok(steps) => steps,
        Err(step) => vec![step],
    };
    Report {
        name: asked.to_string(),
        steps,
    }
}

async fn all(setup: &Setup, asked: &Slug, changes: &[Change]) -> Result<Vec<Step>, Step> {
    let known = stored(setup, asked).await?;
    if !known.active {
        let step = Step::failed("repository", "was removed, and is not built");
        return Err(step.fix(format!("`agent repo add {asked}` sets it up again")));
    }
    let before = if setup.dry {
        known.settings.clone()
    } else {
        save(setup, &known, changes).await?
    };
    let told = |change: &Change| {
        let (name, value) = (change.setting.name, change.value);
        let old = change.setting.value(&before);
        if old == value {
            Step::unchanged(name, value.to_string())
        } else {
            Step::changed(
                name,
                format!("{}: {value}, was {old}", setup.verb("stored")),
            )
        }
    };
    let mut steps: Vec<Step> = changes.iter().map(told).collect();
    if let (Some(advice), Some(last)) = (contexts(setup, asked, &before, changes), steps.last_mut())
    {
        last.fix = Some(advice);
    }
    Ok(steps)
}

/// Changes what is stored, whatever else has changed it since; what was there before.
async fn save(
    setup: &Setup,
    known: &Repository,
    changes: &[Change],
) -> Result<RepositorySettings, Step> {
    let change = |settings: &mut RepositorySettings| {
        changes.iter().for_each(|change| change.apply(settings));
    };
    let before = setup.store.change_settings(known.id, change).await;
    let before = before.map_err(|error| Step::failed(PART, error.to_string()))?;
    before.ok_or_else(|| Step::failed(PART, "it is gone"))
}

/// What is to be done when branches may wait for a status that is no longer posted.
fn contexts(
    setup: &Setup,
    asked: &Slug,
    before: &RepositorySettings,
    changes: &[Change],
) -> Option<String> {
    let mut after = before.clone();
    changes.iter().for_each(|change| change.apply(&mut after));
    let wanted = |settings| super::contexts::wanted(&setup.prefix, settings);
    let old = wanted(before)?;
    let now = wanted(&after);
    if now.as_ref() == Some(&old) {
        return None;
    }
    let then = match now {
        Some(_) => format!(", then `agent repo protect {asked}`"),
        None => String::new(),
    };
    Some(format!(
        "a branch that requires {old} would wait for it in vain: `agent repo unprotect {asked}`{then}"
    ))
}
