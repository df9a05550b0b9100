//! `upivia password`: sets a person's password. On the embedded database no server may be running.

use std::{io::Read, sync::Arc};

use anyhow::{Context, Result, bail};
use upivia_application::sign_in::set_password;
use upivia_domain::{
    identity::{NewPassword, PasswordHash},
    ports::PasswordHasher,
};
use upivia_sign_in::password::{Argon2Passwords, PasswordSettings};
use upivia_store::crypto::SystemEntropy;

use crate::{cli::PasswordArgs, config::Settings, output::say, storage};

/// More than any password: what is longer is a mistake.
const MOST_BYTES: u64 = 4_096;

/// Reads it and sets it.
pub async fn run(settings: &Settings, args: PasswordArgs) -> Result<()> {
    let hash = of_stdin().await?;
    let storage = storage::open(settings, "set a password").await?;
    let set = set_password(&*storage.store, args.email.clone(), hash).await;
    storage.close().await;
    match set.context("no password was set")? {
        Some(user) => say(&format!("{user} signs in by the new password; the sessions that they had have ended.")),
        None => bail!("nobody has the address {}", args.email),
    }
}

/// The hash of what standard input says: its first line, as typed. There is no flag for it: other users of a machine can
/// see flags.
pub(super) async fn of_stdin() -> Result<PasswordHash> {
    let mut text = String::new();
    std::io::stdin().take(MOST_BYTES).read_to_string(&mut text).context("the password on standard input")?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    let password = NewPassword::try_from(line).context("the password on standard input")?;
    let passwords = Argon2Passwords::new(PasswordSettings::default(), Arc::new(SystemEntropy))?;
    Ok(passwords.hash(&password).await?)
}
