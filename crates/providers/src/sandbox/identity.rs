//! Ids of the sandbox's work: the same payload, the same id.

use serde_json::Value;
use upivia_domain::{
    catalog::STEERING,
    dispatch::{ProviderCall, canonical_json},
};

/// An id such as `sandbox_9ae16a3b2f90404f`.
pub(super) fn of(call: &ProviderCall) -> String {
    let mut payload = (*call.payload).clone();
    if let Value::Object(members) = &mut payload {
        members.remove(STEERING);
    }
    let bytes = call.operation.as_str().bytes().chain(canonical_json(&payload));
    format!("sandbox_{:016x}", fnv1a(bytes))
}

/// The id of one of several things that a call made or found.
pub(super) fn part(id: &str, rank: i64) -> String {
    format!("{id}_{rank}")
}

/// A number that belongs to an id, below `bound`.
pub(super) fn number(id: &str, bound: u64) -> u64 {
    fnv1a(id.bytes()).checked_rem(bound).unwrap_or_default()
}

// FNV-1a: the same on every machine and in every release, which the standard library's hasher does not promise.
fn fnv1a(bytes: impl Iterator<Item = u8>) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a("foobar".bytes()), 0x8594_4171_f739_67e8);
    }
}
