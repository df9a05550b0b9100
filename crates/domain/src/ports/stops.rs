//! What people stopped.

use async_trait::async_trait;

use super::StoreError;
use crate::{
    OrgId,
    policy::{Stop, StopScope},
};

/// Stops, outside a transaction.
#[async_trait]
pub trait StopQueries: Send + Sync {
    /// The stops in force in an organization, in the order of their scopes.
    async fn stops(&self, org: OrgId) -> Result<Vec<Stop>, StoreError>;
}

/// Stops inside a transaction. They are policy: a change MUST hold on every node from the next command on.
#[async_trait]
pub trait StopRepository: Send {
    /// Inserts a stop; one per organization and scope.
    async fn insert(&mut self, stop: &Stop) -> Result<(), StoreError>;
    /// The stop of that very scope.
    async fn find(&mut self, org: OrgId, scope: StopScope) -> Result<Option<Stop>, StoreError>;
    /// Removes a stop; nothing happens where there is none.
    async fn remove(&mut self, org: OrgId, scope: StopScope) -> Result<(), StoreError>;
}
