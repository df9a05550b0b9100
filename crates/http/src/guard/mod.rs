//! How much one caller may ask for: a rate and a number of requests at once, checked before anything is looked up.
//!
//! A credential that opened something before has limits of its own. Everybody else shares those of the address they come
//! from, so that guessing tokens is limited too, and nobody who guesses can use up what belongs to a valid credential.
//! Deliberately absent: money and counts of policies, which only the ledger decides about.

mod address;
mod attempts;
mod bucket;
mod callers;
mod limits;
mod permit;

use std::{
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use upivia_domain::ports::Clock;

use self::{
    address::Address,
    callers::{Callers, Who},
};
pub(crate) use attempts::Attempts;
pub use limits::Limits;
pub(crate) use permit::Permit;

use crate::ApiError;

/// What all workers know about their callers.
pub(crate) struct Guard {
    limits: Limits,
    clock: Arc<dyn Clock>,
    /// Tokens are not kept: a keyed hash of each is.
    hashes: RandomState,
    callers: Mutex<Callers>,
}

impl Guard {
    pub(crate) fn new(limits: Limits, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { limits, clock, hashes: RandomState::new(), callers: Mutex::default() })
    }

    /// Lets somebody in who needs no credential.
    pub(crate) fn visitor(self: &Arc<Self>, peer: Option<IpAddr>) -> Result<Permit, ApiError> {
        self.enter(Who::Visitor(Address::of(peer)))
    }

    /// Lets somebody in who shows this token, or none where one is needed. Nothing was looked up yet.
    pub(crate) fn claimant(self: &Arc<Self>, token: Option<&str>, peer: Option<IpAddr>) -> Result<Permit, ApiError> {
        let credential = token.map(|token| Who::Credential(self.hashes.hash_one(token)));
        let known = credential.filter(|who| self.lock().knows(*who));
        self.enter(known.unwrap_or(Who::Stranger(Address::of(peer))))
    }

    /// The token opened something: from now on it has limits of its own, and the address gets back what it lent.
    pub(crate) fn proven(self: &Arc<Self>, permit: Permit, token: &str) -> Result<Permit, ApiError> {
        if matches!(permit.who, Who::Credential(_)) {
            return Ok(permit);
        }
        let own = self.enter(Who::Credential(self.hashes.hash_one(token)))?;
        self.lock().refund(permit.who, self.limits);
        Ok(own)
    }

    fn enter(self: &Arc<Self>, who: Who) -> Result<Permit, ApiError> {
        let now = self.clock.now().micros();
        let entered = self.lock().enter(who, self.limits, now);
        entered.map_err(|retry_after_seconds| ApiError::RateLimited { retry_after_seconds })?;
        Ok(Permit { guard: Arc::clone(self), who })
    }

    fn leave(&self, who: Who) {
        self.lock().leave(who);
    }

    // Nothing is half-done when the lock is given back: figures are changed by single steps.
    fn lock(&self) -> MutexGuard<'_, Callers> {
        self.callers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
