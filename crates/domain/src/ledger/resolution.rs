//! The name of a person's decision about an outcome that nobody knows.

use super::Resolution;
use crate::{CommandId, RequestId, dispatch::IdempotencyKey};

/// The command of a decision that carries an idempotency key. The same decision under the same key is the same command,
/// so that the ledger answers a repeat as the first time; another decision is another command, whatever its key.
pub fn resolution_id(request: RequestId, key: &IdempotencyKey, resolution: Resolution, reason: &str) -> CommandId {
    let what = match resolution {
        Resolution::Charge(cost) => format!("charge {}", cost.nanos()),
        Resolution::Release => "release".to_owned(),
    };
    CommandId::derived(&["resolution", &request.to_string(), key.as_str(), &what, reason])
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::NanoUsd;

    #[test]
    fn only_the_same_decision_has_the_same_name() {
        let (request, other) = (RequestId::new(Uuid::from_u128(1)), RequestId::new(Uuid::from_u128(2)));
        let (key, second): (IdempotencyKey, IdempotencyKey) = ("a".parse().unwrap(), "b".parse().unwrap());
        let (charge, less) = (Resolution::Charge(NanoUsd::cents(2)), Resolution::Charge(NanoUsd::cents(1)));
        let all = [
            resolution_id(request, &key, charge, "why"),
            resolution_id(other, &key, charge, "why"),
            resolution_id(request, &second, charge, "why"),
            resolution_id(request, &key, less, "why"),
            resolution_id(request, &key, Resolution::Release, "why"),
            resolution_id(request, &key, charge, "why not"),
        ];
        let different: std::collections::HashSet<_> = all.into_iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(resolution_id(request, &key, charge, "why"), all[0]);
    }
}
