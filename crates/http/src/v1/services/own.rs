//! What the catalogue says to somebody it knows.

use serde::Serialize;
use upivia_application::{access::Principal, dispatch::is_answered_by_the_ledger};
use upivia_domain::{Mode, binding::Binding, catalog::OperationName};
use utoipa::ToSchema;

use super::view::{OperationBody, ServiceList};
use crate::{ApiError, api::ApiParts, v1::agents::BindingBody};

/// Whether somebody is there to execute an operation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConfiguredBody {
    /// For real money.
    live: bool,
    /// For play money.
    test: bool,
}

/// The same catalogue, with what is configured, and for an agent what is bound to it.
pub(super) async fn seen_by<'a>(
    mut list: ServiceList<'a>,
    caller: &Principal,
    parts: &ApiParts,
) -> Result<ServiceList<'a>, ApiError> {
    let bindings = match caller {
        Principal::User(_) => None,
        Principal::Agent(agent) => Some(parts.agents.find(agent.org, agent.agent).await?.bindings),
    };
    for operation in list.services.iter_mut().flat_map(|service| &mut service.operations) {
        let Ok(name) = operation.id.parse::<OperationName>() else { continue };
        let is_configured = |mode| parts.dispatcher.is_configured(&name, mode);
        operation.configured =
            Some(ConfiguredBody { live: is_configured(Mode::Live), test: is_configured(Mode::Test) });
        if let Some(bindings) = &bindings {
            operation.bind(&name, bindings);
        }
    }
    Ok(list)
}

impl OperationBody<'_> {
    fn bind(&mut self, name: &OperationName, bindings: &[Binding]) {
        let binding = bindings.iter().find(|binding| binding.operation == *name);
        self.bound = Some(binding.is_some() || is_answered_by_the_ledger(name));
        self.binding = binding.cloned().map(BindingBody::from);
    }
}
