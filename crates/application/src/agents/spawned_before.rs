//! The second time that an agent asks for a child under the same idempotency key.

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    AgentId, NanoUsd,
    ports::{JournalFilter, StoreError, transact},
};

use super::{AgentError, Agents, NewBinding, NewChild, spawn::SpawnedAgent};
use crate::access::AgentCaller;

impl Agents {
    /// The child whose event stands there, as it is now, where the same was asked for. Its key is shown to nobody again.
    pub(super) async fn spawned_before(
        &self,
        caller: AgentCaller,
        seq: i64,
        asked: Option<Arc<str>>,
        budget: NanoUsd,
    ) -> Result<SpawnedAgent, AgentError> {
        let filter = JournalFilter { from_seq: Some(seq), before_seq: Some(seq + 1), ..JournalFilter::default() };
        let found = self.parts.journal.events(caller.org, &filter, 1).await?;
        let defect = |why: String| StoreError::Internal(format!("the event {seq} of a spawned agent: {why}"));
        let event = found.first().ok_or_else(|| defect("is not there".to_owned()))?;
        let body: Value = serde_json::from_str(&event.body).map_err(|error| defect(error.to_string()))?;
        let said = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
        if said("/detail/asked") != asked.as_deref() {
            return Err(AgentError::KeyReused);
        }
        let id: AgentId =
            said("/object/id").unwrap_or_default().parse().map_err(|_| defect("names no agent".to_owned()))?;
        let mode = caller.mode;
        transact(&*self.parts.unit, &[caller.org], move |tx| {
            Box::pin(async move {
                if !caller.is_in_force(tx).await? {
                    return Err(AgentError::Unauthorized);
                }
                let agent = tx.agents().find(caller.org, id).await?.ok_or(AgentError::NotFound("agent"))?;
                let bindings = tx.bindings().list(caller.org, id).await?;
                Ok(SpawnedAgent { agent, bindings, mode, budget, key: None })
            })
        })
        .await
    }
}

/// What is asked for, as far as a repeat must ask for the same.
pub(super) fn words(new: &NewChild) -> Value {
    let service = |NewBinding { what, terms }: &NewBinding| {
        json!({
            "what": what.to_string(),
            "month": terms.month_cap.map(NanoUsd::nanos),
            "day": terms.day_count,
            "threshold": terms.approval_threshold.map(NanoUsd::nanos),
        })
    };
    json!({
        "name": new.name.as_str(),
        "description": new.description,
        "icon": new.icon,
        "category": new.category,
        "budget": new.budget.nanos(),
        "services": new.services.iter().map(service).collect::<Vec<_>>(),
    })
}
