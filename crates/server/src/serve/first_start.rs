//! The first five minutes: on an empty embedded database there is an organization to play with, and its keys are shown once.

use anyhow::{Context, Result};
use upivia_application::bootstrap::{Bootstrapped, NewOrganization, NewOwner};
use upivia_domain::{NanoUsd, OrgId, ports::LedgerScanner, time::Zone};

use crate::{config::Settings, organization, output::say, storage::Storage};

/// Says where the server listens, and on the first start all that is needed to try it.
pub(super) async fn greet(settings: &Settings, storage: &Storage, base: &str) -> Result<()> {
    say(&format!("upivia is listening on {base}"))?;
    if has_organizations(storage).await? {
        return Ok(());
    }
    if settings.is_embedded() {
        let owner = NewOwner { platform_admin: true, ..NewOwner::default() };
        let made = organization::create(storage, sample()?, owner).await?;
        return say(&welcome(&made, base));
    }
    say("There is no organization yet. Make one: upivia bootstrap --org NAME --email ADDRESS")
}

async fn has_organizations(storage: &Storage) -> Result<bool> {
    let heads = storage.store.scan().await.context("look for organizations")?.heads().await?;
    Ok(heads.iter().any(|head| head.org != OrgId::PLATFORM))
}

fn sample() -> Result<NewOrganization> {
    Ok(NewOrganization {
        name: "My organization".parse()?,
        email: "owner@example.com".parse()?,
        fund: NanoUsd::ZERO,
        zone: Zone::UTC,
    })
}

fn welcome(made: &Bootstrapped, base: &str) -> String {
    let key = made.agent_key_test.expose();
    format!(
        r#"
Made "My organization" for {email}. These are shown only once:

  test agent key  {key}
  personal token  {pat}

Set a password to sign in by: stop the server, then upivia password --email {email}

Try it with play money (send it twice: the second answer is the first one, charged once):

curl -sS {base}/api/v1/service-requests -H "Authorization: Bearer {key}" -H "Content-Type: application/json" -H "Idempotency-Key: first-request" -d '{{"operation":"text_generation.generate","payload":{{"model":"openai/gpt-4o-mini","messages":[{{"role":"user","content":"Say hello."}}]}}}}'
"#,
        email = made.email,
        pat = made.pat.expose(),
    )
}
