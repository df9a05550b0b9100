//! A new agent after the pattern of another one.

use upivia_domain::{
    AgentId, Mode,
    agent::{Agent, AgentKind, AgentStatus},
    binding::Binding,
    identity::{Name, Permission},
    ports::{Tx, transact},
};

use super::{AgentError, Agents, CreatedAgent, bind, create, keys, living, sees};
use crate::access::Author;

/// What the name of a clone ends with, unless another one is given.
const SUFFIX: &str = " (copy)";
/// How many characters a name may have.
const LONGEST_NAME: usize = 200;

/// What is to be written, with ids and secrets minted before the transaction begins.
struct Plan {
    author: Author,
    origin: AgentId,
    id: AgentId,
    name: Option<Name>,
    keys: [keys::NewKey; 2],
}

impl Agents {
    /// Creates an active agent of the author with profile, team, cap and bindings of another one, and keys of its own. What
    /// the other one has used up stays with it. Bindings are handed out only by those who may bind: everybody else gets the
    /// clone of a published agent without any, and none at all of an agent of their own that has some.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was written.
    pub async fn clone_agent(
        &self,
        author: Author,
        origin: AgentId,
        name: Option<Name>,
    ) -> Result<CreatedAgent, AgentError> {
        let (id, keys) = (AgentId::new(self.parts.ids.uuid()), [self.mint(Mode::Live), self.mint(Mode::Test)]);
        let org = author.org();
        let plan = Plan { author, origin, id, name, keys };
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(plan.write(tx))).await
    }
}

impl Plan {
    async fn write(self, tx: &mut dyn Tx) -> Result<CreatedAgent, AgentError> {
        let Self { author, origin, id, name, keys } = self;
        let pattern = living(tx, &author, origin, Permission::AgentCreateOwn).await?;
        if !sees(tx, &author, &pattern).await? {
            return Err(AgentError::NotFound("agent"));
        }
        let copied = bindings(tx, &author, &pattern).await?;
        let name = name.unwrap_or_else(|| copy_of(&pattern.name));
        let agent = Agent {
            id,
            name,
            owner: author.caller.user,
            kind: AgentKind::Standard,
            status: AgentStatus::Active,
            ancestors: Vec::new(),
            origin: None,
            created_at: tx.now(),
            ..pattern
        };
        let recorder = author.recorder();
        create::insert(tx, &recorder, &agent, Some(origin)).await?;
        let mut bindings = Vec::with_capacity(copied.len());
        for binding in copied {
            bindings.extend(bind::put(tx, &recorder, id, vec![binding.operation], binding.terms).await?);
        }
        for key in &keys {
            keys::store(tx, &recorder, id, key).await?;
        }
        Ok(CreatedAgent { agent, bindings, keys: keys::in_clear(keys) })
    }
}

/// What the clone may use from the start.
async fn bindings(tx: &mut dyn Tx, author: &Author, pattern: &Agent) -> Result<Vec<Binding>, AgentError> {
    let all = tx.bindings().list(author.org(), pattern.id).await?;
    let permission = Permission::ServiceToggle;
    if all.is_empty() || author.may(tx, permission).await? {
        return Ok(all);
    }
    let is_own = pattern.owner == author.caller.user;
    if is_own { Err(AgentError::Forbidden(permission)) } else { Ok(Vec::new()) }
}

/// The name with the suffix, cut where both would be too long.
fn copy_of(name: &Name) -> Name {
    let kept: String = name.as_str().chars().take(LONGEST_NAME.saturating_sub(SUFFIX.len())).collect();
    format!("{kept}{SUFFIX}").parse().unwrap_or_else(|_| name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_a_name_whatever_the_length() {
        assert_eq!(copy_of(&"Scout".parse().unwrap()).as_str(), "Scout (copy)");
        let long = copy_of(&"ä".repeat(200).parse().unwrap());
        assert!(long.as_str().chars().count() == 200 && long.as_str().ends_with("ä (copy)"), "{long}");
    }
}
