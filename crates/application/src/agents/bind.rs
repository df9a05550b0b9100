//! Which operations an agent may use: binding and unbinding.

use std::fmt::{self, Write};

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, NanoUsd,
    audit::Object,
    binding::{Binding, BindingTerms},
    catalog::{Catalog, OperationName},
    identity::Permission,
    ports::{StoreError, Tx, transact},
};

use super::{AgentError, Agents, changeable, living};
use crate::access::{Author, Entry, Recorder};

/// What is to be bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// One operation.
    Operation(OperationName),
    /// Every operation of a service, under the same terms each.
    Service(String),
}

/// As people name it, cut where nothing has so long a name.
impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Operation(name) => name.as_str(),
            Self::Service(service) => service,
        };
        name.chars().take(64).try_for_each(|letter| f.write_char(letter))
    }
}

/// What an unbinding took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unbound {
    /// The operations that had a binding.
    pub operations: Vec<OperationName>,
}

impl Agents {
    /// Binds operations to an agent; a binding that is there is replaced as a whole.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn bind(
        &self,
        author: Author,
        id: AgentId,
        what: Selection,
        terms: BindingTerms,
    ) -> Result<Vec<Binding>, AgentError> {
        let operations = selected(&self.parts.catalog, &what)?;
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(bind(tx, author, id, operations, terms))).await
    }

    /// Removes every binding of a service from an agent. Nothing happens where there is none.
    ///
    /// # Errors
    ///
    /// See [`AgentError`]; nothing was changed.
    pub async fn unbind(&self, author: Author, id: AgentId, service: String) -> Result<Unbound, AgentError> {
        let org = author.org();
        transact(&*self.parts.unit, &[org], move |tx| Box::pin(unbind(tx, author, id, service))).await
    }
}

/// The operations of the catalogue that are meant.
pub(crate) fn selected(catalog: &Catalog, what: &Selection) -> Result<Vec<OperationName>, AgentError> {
    let found: Vec<_> = match what {
        Selection::Operation(name) => catalog.find(name).map(|operation| operation.name.clone()).into_iter().collect(),
        Selection::Service(service) => {
            catalog.iter().map(|operation| &operation.name).filter(|name| name.service() == service).cloned().collect()
        }
    };
    let field = if matches!(what, Selection::Operation(_)) { "operation" } else { "service" };
    if found.is_empty() {
        Err(AgentError::invalid(field, "is not in the catalogue; see GET /api/v1/services"))
    } else {
        Ok(found)
    }
}

async fn bind(
    tx: &mut dyn Tx,
    author: Author,
    id: AgentId,
    operations: Vec<OperationName>,
    terms: BindingTerms,
) -> Result<Vec<Binding>, AgentError> {
    living(tx, &author, id, Permission::ServiceToggle).await?;
    put(tx, &author.recorder(), id, operations, terms).await
}

pub(super) async fn put(
    tx: &mut dyn Tx,
    author: &Recorder,
    agent: AgentId,
    operations: Vec<OperationName>,
    terms: BindingTerms,
) -> Result<Vec<Binding>, AgentError> {
    let mut bindings = Vec::with_capacity(operations.len());
    for operation in operations {
        let before = tx.bindings().find(author.org(), agent, &operation).await?;
        let binding = Binding { agent, operation, terms };
        tx.bindings().put(author.org(), &binding).await?;
        let kind = if before.is_some() { "binding.updated" } else { "binding.created" };
        let detail = json!({ "old": before.map(|before| figures(&before.terms)), "new": figures(&terms) });
        author.record(tx, entry(kind, agent, &binding.operation, detail)).await?;
        bindings.push(binding);
    }
    Ok(bindings)
}

async fn unbind(tx: &mut dyn Tx, author: Author, id: AgentId, service: String) -> Result<Unbound, AgentError> {
    changeable(tx, &author, id, Permission::ServiceToggle).await?;
    let mut operations = Vec::new();
    for binding in tx.bindings().list(author.org(), id).await? {
        if binding.operation.service() == service {
            remove(tx, &author.recorder(), &binding).await?;
            operations.push(binding.operation);
        }
    }
    Ok(Unbound { operations })
}

pub(super) async fn remove(tx: &mut dyn Tx, author: &Recorder, binding: &Binding) -> Result<(), StoreError> {
    tx.bindings().remove(author.org(), binding.agent, &binding.operation).await?;
    let detail = json!({ "old": figures(&binding.terms), "new": null });
    author.record(tx, entry("binding.removed", binding.agent, &binding.operation, detail)).await.map(drop)
}

fn entry(kind: &'static str, agent: AgentId, operation: &OperationName, detail: Value) -> Entry {
    let object = Object { kind: "agent", id: agent.to_string() };
    Entry { kind, object, agent: Some(agent), operation: Some(operation.clone()), detail }
}

fn figures(terms: &BindingTerms) -> Value {
    json!({
        "month_cap": terms.month_cap.map(NanoUsd::nanos),
        "day_count": terms.day_count,
        "approval_threshold": terms.approval_threshold.map(NanoUsd::nanos),
    })
}
