//! What `upivia bootstrap --json` prints: the ids and credentials of a new organization.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::Site;

/// A new organization with its first agent.
#[derive(Clone, Debug, Deserialize)]
pub struct Bootstrap {
    /// The organization.
    pub org_id: String,
    /// Its owner.
    pub user_id: String,
    /// The owner's address.
    pub email: String,
    /// The owner's personal token.
    pub pat: String,
    /// The team called Default.
    pub team_id: String,
    /// The first agent, bound to the sandbox operations without limits.
    pub agent_id: String,
    /// Its key for real money.
    pub agent_key_live: String,
    /// Its key for play money.
    pub agent_key_test: String,
}

impl Bootstrap {
    /// Runs `bootstrap` on a site whose server is stopped, with live money in the wallet.
    pub fn run(site: &Site, org: &str, fund_cents: u64) -> Result<Self> {
        let email = format!("{org}@example.com");
        let fund = fund_cents.to_string();
        let done = site.run(&["bootstrap", "--json", "--org", org, "--email", &email, "--fund-cents", &fund])?;
        let done = done.ok("upivia bootstrap")?;
        serde_json::from_str(&done.stdout).with_context(|| format!("`bootstrap --json` printed {:?}", done.stdout))
    }
}
