//! `upivia config check`: what holds, and whether it can.

use anyhow::Result;

use crate::{
    config::{self, Environment, Loaded},
    output::say,
};

/// Prints the settings first, so that they can be seen also where they contradict each other.
pub fn run(Loaded { settings, file }: &Loaded, environment: &Environment) -> Result<()> {
    let origin = file.as_ref().map_or_else(|| "no file".to_owned(), |file| file.display().to_string());
    say(&format!("# from {origin}, the environment and flags\n{}", config::show(settings)?.trim_end()))?;
    for name in environment.unknown() {
        say(&format!("# {name} is no setting and is ignored"))?;
    }
    if config::mail(settings)?.is_some_and(|mail| mail.relay.is_readable_on_the_way()) {
        say("# smtp_url has tls=none: mails and the password can be read on the way")?;
    }
    config::check(settings)
}
