//! The name of a person's decision about an outcome that nobody knows.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::Resolution;
use crate::{CommandId, RequestId, dispatch::IdempotencyKey};

/// The command of a decision that carries an idempotency key. The same decision under the same key is the same command,
/// so that the ledger answers a repeat as the first time; another decision is another command, whatever its key.
pub fn resolution_id(request: RequestId, key: &IdempotencyKey, resolution: Resolution, reason: &str) -> CommandId {
    let what = match resolution {
        Resolution::Charge(cost) => format!("charge {}", cost.nanos()),
        Resolution::Release => "release".to_owned(),
    };
    let parts = [request.to_string(), key.as_str().to_owned(), what, reason.to_owned()];
    // Each part with its length before it: no two lists of parts have the same bytes.
    let hash = parts.iter().fold(Sha256::new_with_prefix("upivia resolution 1"), |hash, part| {
        hash.chain_update(part.len().to_be_bytes()).chain_update(part)
    });
    let digest: [u8; 32] = hash.finalize().into();
    let half = digest.first_chunk::<16>().copied().unwrap_or_default();
    CommandId::new(Uuid::from_bytes(half))
}

#[cfg(test)]
mod tests {
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
