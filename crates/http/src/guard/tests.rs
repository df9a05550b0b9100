//! Who shares limits with whom, and that places come back.

use upivia_domain::Timestamp;
use upivia_store_memory::ManualClock;

use super::*;

const BURST: usize = 3;
const LIMITS: Limits = Limits { per_second: 1, burst: 3, concurrency: 2 };

fn guard() -> (Arc<Guard>, Arc<ManualClock>) {
    let clock = ManualClock::at(Timestamp::parse("2026-01-15T09:00:00Z").unwrap());
    (Guard::new(LIMITS, clock.clone()), clock)
}

fn peer(last: u8) -> Option<IpAddr> {
    Some(IpAddr::from([10, 0, 0, last]))
}

/// A whole request with a token that is valid.
fn valid(guard: &Arc<Guard>, token: &str, from: Option<IpAddr>) -> Result<Permit, ApiError> {
    guard.proven(guard.claimant(Some(token), from)?, token)
}

/// How many pass of many, each over before the next begins.
fn passed(mut one: impl FnMut() -> Result<Permit, ApiError>) -> usize {
    (0..50).filter(|_| one().is_ok()).count()
}

#[test]
fn each_valid_credential_has_limits_of_its_own() {
    let (guard, clock) = guard();
    assert_eq!(passed(|| valid(&guard, "a", peer(1))), BURST);
    assert_eq!(passed(|| valid(&guard, "a", peer(2))), 0, "another address does not help");
    assert_eq!(passed(|| valid(&guard, "b", peer(1))), BURST, "what was lent came back");
    clock.advance_seconds(2);
    assert_eq!(passed(|| valid(&guard, "a", peer(1))), 2);
}

#[test]
fn guesses_share_the_limits_of_their_address_and_harm_nobody_else() {
    let (guard, _) = guard();
    drop(valid(&guard, "known", peer(1)).unwrap());
    let mut number = 0;
    let guess = || {
        number += 1;
        guard.claimant(Some(&format!("guess {number}")), peer(1))
    };
    assert_eq!(passed(guess), BURST);
    assert_eq!(passed(|| guard.claimant(None, peer(1))), 0);
    assert_eq!(passed(|| valid(&guard, "known", peer(1))), BURST - 1);
    assert_eq!(passed(|| guard.visitor(peer(1))), BURST);
    assert_eq!(passed(|| guard.claimant(Some("guess"), peer(2))), BURST);
}

#[test]
fn so_many_at_once_and_a_place_comes_back_with_the_permit() {
    let (guard, clock) = guard();
    let first = valid(&guard, "a", peer(1)).unwrap();
    let second = valid(&guard, "a", peer(1)).unwrap();
    assert!(matches!(valid(&guard, "a", peer(1)), Err(ApiError::RateLimited { retry_after_seconds: 1 })));
    let other = valid(&guard, "b", peer(1)).unwrap();
    drop(first);
    let third = valid(&guard, "a", peer(1)).unwrap();
    drop((second, third, other));
    clock.advance_seconds(60);
    let both = [valid(&guard, "a", peer(1)).unwrap(), valid(&guard, "a", peer(1)).unwrap()];
    assert!(valid(&guard, "a", peer(1)).is_err());
    drop(both);
}

#[test]
fn without_limits_everybody_passes() {
    let (_, clock) = guard();
    let guard = Guard::new(Limits::OFF, clock);
    let all: Vec<_> = (0..1_000).map(|_| valid(&guard, "a", None).unwrap()).collect();
    assert_eq!(all.len(), 1_000);
}
