//! What a job gets of its services: ways for clients to find them, and a screen of its own.

use super::builder::Builder;
use super::quote;
use crate::protocol::{Phase, When};
use crate::services::{self, Client};
use schema::plan::Job;

/// Why there is no screen, and what to do.
const NO_SCREEN: &str = "This job asks for `services: xvfb`, but its image has no Xvfb. Name an image \
                         that has the package xvfb, or install it and start it in `before_install`.";

/// Starts a screen as Travis CI's images do, and waits until it is there.
const SCREEN: &str = "\
if command -v Xvfb >/dev/null 2>&1; then
  export DISPLAY=\"${DISPLAY:-:99.0}\"
  (setsid Xvfb :99 -screen 0 1280x1024x24 </dev/null >/tmp/xvfb.log 2>&1 &)
  ci__tries=0
  until [ -S /tmp/.X11-unix/X99 ] || [ \"$ci__tries\" -ge 100 ]; do
    sleep 0.1
    ci__tries=$((ci__tries + 1))
  done
  unset ci__tries
  [ -S /tmp/.X11-unix/X99 ] || { cat /tmp/xvfb.log; false; }
else
  printf '\\033[31;1m%s\\033[0m\\n' NO_SCREEN
  false
fi";

/// Settings of clients, before the config's own variables, so that those win; nor do they take the
/// place of what the image has.
pub(super) fn set_up(builder: &mut Builder<'_>, job: &Job) {
    let texts: Vec<String> = services::in_containers(job)
        .filter_map(|service| services::row(&service.name))
        .flat_map(|row| clients(&row.client))
        .collect();
    if texts.is_empty() {
        return;
    }
    builder.phase(Phase::Setup, None, When::Always);
    builder.own(texts.join("\n"), Vec::new());
}

fn clients(client: &Client) -> Vec<String> {
    let variables = client.env.iter();
    let variables = variables.map(|(name, value)| {
        let value = quote::literal(value);
        format!("[ -n \"${{{name}+set}}\" ] || export {name}={value}")
    });
    let files = client.files.iter();
    let files = files.map(|(name, text)| {
        let text = quote::literal(text);
        format!("[ -e ~/{name} ] || printf %s {text} 2>/dev/null >~/{name} || :")
    });
    variables.chain(files).collect()
}

/// The screen, after what the config has set up.
pub(super) fn screen(builder: &mut Builder<'_>, job: &Job) {
    if services::wants_screen(job) {
        let text = SCREEN.replace("NO_SCREEN", &quote::literal(NO_SCREEN));
        builder.phase(Phase::Setup, None, When::Always);
        builder.needed("services: xvfb", text);
    }
}
