//! From what a provider answers when it is asked to a command of the ledger, claiming no more than is certain.

use upivia_domain::{
    CommandId, NodeId,
    budget::ReasonCode,
    dispatch::{ProviderAnswer, RequestState, ServiceRequest},
    ledger::{Command, Evidence, Fail, MarkRunning, Settle},
};

/// Whoever asked: the owner of the request, and whether "not known" can be believed by now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker {
    pub(super) node: NodeId,
    pub(super) id: CommandId,
    /// The call cannot be on its way any more.
    pub(super) all_arrived: bool,
}

/// The command, or `None` where the answer is no news.
pub(super) fn command(about: &ServiceRequest, answer: ProviderAnswer, asker: Asker) -> Option<Command> {
    let (id, org, request, evidence) = (asker.id, about.org, about.id, Evidence::Provider);
    let is_unknown = about.state == RequestState::Unknown;
    Some(match answer {
        ProviderAnswer::Executed { result, cost, basis, external_id } => {
            Command::Settle(Settle { id, org, request, evidence, cost, basis, result, external_id })
        }
        ProviderAnswer::Accepted { external_id } if is_unknown => {
            Command::MarkRunning(MarkRunning { id, org, request, evidence, external_id })
        }
        ProviderAnswer::Rejected { detail, unavailable, charge } => {
            let free = unavailable && charge.is_none();
            let code = if free { ReasonCode::ProviderUnavailable } else { ReasonCode::AdapterError };
            Command::Fail(Fail { id, org, request, evidence, code, detail, charge, never_sent: false })
        }
        // "I do not know it" is no word about the call: the ledger takes it from the owner, and not before the fence.
        ProviderAnswer::NotSent { detail } if is_unknown && asker.all_arrived => {
            let (code, evidence) = (ReasonCode::ProviderUnavailable, Evidence::Owner(asker.node));
            Command::Fail(Fail { id, org, request, evidence, code, detail, charge: None, never_sent: false })
        }
        ProviderAnswer::Accepted { .. } | ProviderAnswer::NotSent { .. } | ProviderAnswer::Unknown { .. } => {
            return None;
        }
    })
}
