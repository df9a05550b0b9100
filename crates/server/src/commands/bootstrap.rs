//! `upivia bootstrap`: an organization from the command line. On the embedded database no server may be running.

use anyhow::Result;
use serde_json::json;
use upivia_application::bootstrap::{Bootstrapped, NewOrganization, NewOwner};

use super::password;
use crate::{cli::BootstrapArgs, config::Settings, organization, output::say, storage};

/// Makes the organization and prints its credentials, once.
pub async fn run(settings: &Settings, args: BootstrapArgs) -> Result<()> {
    let BootstrapArgs { org: name, email, fund_cents: fund, zone, platform_admin, password_stdin, json } = args;
    let password = if password_stdin { Some(password::of_stdin().await?) } else { None };
    let storage = storage::open(settings, "make an organization").await?;
    let new = NewOrganization { name, email, fund, zone };
    let made = organization::create(&storage, new, NewOwner { password, platform_admin }).await;
    storage.close().await;
    let made = made?;
    say(&if json { as_json(&made) } else { as_text(&made) })
}

fn as_json(made: &Bootstrapped) -> String {
    let body = json!({
        "org_id": made.org_id,
        "user_id": made.user_id,
        "email": made.email.as_str(),
        "pat": made.pat.expose(),
        "team_id": made.team_id,
        "yupi_agent_id": made.yupi_agent_id,
        "agent_id": made.agent_id,
        "agent_key_live": made.agent_key_live.expose(),
        "agent_key_test": made.agent_key_test.expose(),
    });
    body.to_string()
}

fn as_text(made: &Bootstrapped) -> String {
    format!(
        "Organization    {}\nOwner           {} ({})\nTeam            {}\nAgent           {}\n\n\
         These are shown only once:\n\n\
         Live agent key  {}\nTest agent key  {}\nPersonal token  {}",
        made.org_id,
        made.email,
        made.user_id,
        made.team_id,
        made.agent_id,
        made.agent_key_live.expose(),
        made.agent_key_test.expose(),
        made.pat.expose(),
    )
}
