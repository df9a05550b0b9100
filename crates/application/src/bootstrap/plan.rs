//! What is to be written, with ids and secrets minted before the transaction begins.

use upivia_domain::{
    AgentId, CommandId, CredentialId, Mode, NanoUsd, OrgId, Secret, TeamId, UserId,
    identity::{CredentialHash, CredentialKind, TokenKind},
    ports::{Entropy, Ids, TokenHasher},
};

use super::NewOrganization;
use crate::tokens::mint_token;

/// Play money in every new organization's test wallet: $100.
const TEST_MONEY: NanoUsd = NanoUsd::cents(10_000);

/// A key or token that is not stored yet.
pub(super) struct Token {
    pub(super) id: CredentialId,
    pub(super) label: &'static str,
    pub(super) hash: CredentialHash,
    pub(super) secret: Secret<String>,
}

/// Money for a wallet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant {
    pub(super) id: CommandId,
    pub(super) mode: Mode,
    pub(super) amount: NanoUsd,
}

/// All of it.
pub(super) struct Plan {
    pub(super) new: NewOrganization,
    pub(super) org: OrgId,
    /// Used only where nobody has the address yet.
    pub(super) new_user: UserId,
    pub(super) team: TeamId,
    pub(super) yupi: AgentId,
    pub(super) agent: AgentId,
    pub(super) pat: Token,
    pub(super) live: Token,
    pub(super) test: Token,
    pub(super) grants: Vec<Grant>,
    /// Whether the owner runs the installation.
    pub(super) platform_admin: bool,
}

impl Plan {
    pub(super) fn mint(new: NewOrganization, ids: &dyn Ids, entropy: &dyn Entropy, hasher: &dyn TokenHasher) -> Self {
        let token = |kind, label| {
            let secret = mint_token(kind, entropy);
            Token { id: CredentialId::new(ids.uuid()), label, hash: hasher.hash(secret.expose()), secret }
        };
        let grant = |mode, amount| Grant { id: CommandId::new(ids.uuid()), mode, amount };
        let live_money = (!new.fund.is_zero()).then(|| grant(Mode::Live, new.fund));
        Self {
            org: OrgId::new(ids.uuid()),
            new_user: UserId::new(ids.uuid()),
            team: TeamId::new(ids.uuid()),
            yupi: AgentId::new(ids.uuid()),
            agent: AgentId::new(ids.uuid()),
            pat: token(TokenKind::PersonalToken, "First personal token"),
            live: token(TokenKind::AgentKey(Mode::Live), "First live key"),
            test: token(TokenKind::AgentKey(Mode::Test), "First test key"),
            grants: [grant(Mode::Test, TEST_MONEY)].into_iter().chain(live_money).collect(),
            platform_admin: false,
            new,
        }
    }

    /// Each token with whom it speaks for.
    pub(super) fn tokens(&self, owner: UserId) -> [(&Token, CredentialKind); 3] {
        let key = |mode| CredentialKind::AgentKey { agent: self.agent, mode };
        [
            (&self.live, key(Mode::Live)),
            (&self.test, key(Mode::Test)),
            (&self.pat, CredentialKind::PersonalToken { user: owner }),
        ]
    }
}
