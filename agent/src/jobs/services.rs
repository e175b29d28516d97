//! The services of a job with their images, ready to be made. They get nothing secret, so every job
//! gets them, of whatever trust.

use super::{Context, image};
use crate::backend::{Readiness, ServiceSpec};
use crate::services::{Told, Wanted, choose};
use futures_util::future::try_join_all;
use schema::plan::Job;

/// What is made, and what the log tells of it.
///
/// # Errors
/// The first service without an image, by its name.
pub(super) async fn prepare(
    context: &Context,
    job: &Job,
) -> Result<(Vec<ServiceSpec>, Vec<Told>), String> {
    let wanted = choose(job, &context.settings.image_rules())?;
    let all = wanted.into_iter().map(|wanted| one(context, wanted));
    Ok(try_join_all(all).await?.into_iter().unzip())
}

async fn one(context: &Context, wanted: Wanted) -> Result<(ServiceSpec, Told), String> {
    let asked = (wanted.choice.reference.as_str(), wanted.choice.pull);
    let repository = (&context.grants, context.repository.as_str());
    let asked = image::wanted(&context.settings, repository, asked)
        .map_err(|error| format!("the service {}: {error}", wanted.name))?;
    let image = image::in_time(context, &asked, &|_| {}).await;
    let image = image.map_err(|error| format!("the service {}: {error}", wanted.name))?;
    let told = Told::new(&wanted, &image);
    let spec = ServiceSpec {
        name: wanted.name,
        image,
        env: wanted.env,
        command: wanted.command,
        in_memory: wanted.in_memory,
        limits: context.settings.services.limits(),
        ready: Readiness {
            timeout: wanted.ready.timeout.min(context.settings.jobs.hard_limit),
            ..wanted.ready
        },
    };
    Ok((spec, told))
}
