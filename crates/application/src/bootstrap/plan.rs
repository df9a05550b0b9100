//! What is to be written, with ids and secrets minted before the transaction begins.

use upivia_domain::{
    AgentId, CommandId, CredentialId, Mode, Secret, UserId,
    identity::{Actor, CredentialHash, CredentialKind, TokenKind},
    ports::{Entropy, Ids, TokenHasher},
};

use super::{NewOrganization, NewOwner, found::Founding, grant::Grant};
use crate::tokens::mint_token;

/// A key or token that is not stored yet.
pub(super) struct Token {
    pub(super) id: CredentialId,
    pub(super) label: &'static str,
    pub(super) hash: CredentialHash,
    pub(super) secret: Secret<String>,
}

/// All of it.
pub(super) struct Plan {
    pub(super) new: NewOrganization,
    pub(super) owner: NewOwner,
    pub(super) founding: Founding,
    /// Used only where nobody has the address yet.
    pub(super) new_user: UserId,
    pub(super) agent: AgentId,
    pub(super) pat: Token,
    pub(super) live: Token,
    pub(super) test: Token,
    pub(super) live_money: Option<Grant>,
}

impl Plan {
    pub(super) fn mint(
        new: NewOrganization,
        owner: NewOwner,
        ids: &dyn Ids,
        entropy: &dyn Entropy,
        hasher: &dyn TokenHasher,
    ) -> Self {
        let token = |kind, label| {
            let secret = mint_token(kind, entropy);
            Token { id: CredentialId::new(ids.uuid()), label, hash: hasher.hash(secret.expose()), secret }
        };
        let grant = |amount| Grant { id: CommandId::new(ids.uuid()), mode: Mode::Live, amount };
        Self {
            founding: Founding::mint(new.name.clone(), new.zone, Actor::Operator, None, ids),
            owner,
            new_user: UserId::new(ids.uuid()),
            agent: AgentId::new(ids.uuid()),
            pat: token(TokenKind::PersonalToken, "First personal token"),
            live: token(TokenKind::AgentKey(Mode::Live), "First live key"),
            test: token(TokenKind::AgentKey(Mode::Test), "First test key"),
            live_money: (!new.fund.is_zero()).then(|| grant(new.fund)),
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
