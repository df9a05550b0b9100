//! Roles that an organization makes for itself: sets of permissions with a name, for members and for members of teams.
//!
//! Nobody puts a permission into a role that they lack, nor touches a role that may more than they do. Deliberately absent: who
//! has a role ([`crate::members`], [`crate::teams`]).

mod error;

use std::sync::Arc;

use serde_json::{Value, json};
use upivia_domain::{
    OrgId, RoleId,
    audit::Object,
    identity::{Name, OrgRole, Permission, PermissionSet, Role},
    ports::{CredentialQueries, Ids, StoreError, Tx, UnitOfWork, transact},
    team::TeamRole,
};

use crate::access::{Author, Entry};

pub use error::RoleError;

/// So many roles has an organization at most.
pub const MOST_ROLES: usize = 100;

/// The use-cases. Cheap to clone.
#[derive(Clone)]
pub struct Roles {
    unit: Arc<dyn UnitOfWork>,
    queries: Arc<dyn CredentialQueries>,
    ids: Arc<dyn Ids>,
}

/// What is to be different; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct RoleChange {
    /// The name.
    pub name: Option<Name>,
    /// All that it is to include.
    pub permissions: Option<PermissionSet>,
}

impl Roles {
    /// Over these ports.
    pub fn new(unit: Arc<dyn UnitOfWork>, queries: Arc<dyn CredentialQueries>, ids: Arc<dyn Ids>) -> Self {
        Self { unit, queries, ids }
    }

    /// Those of an organization, the oldest first.
    ///
    /// # Errors
    ///
    /// The store's.
    pub async fn list(&self, org: OrgId) -> Result<Vec<Role>, RoleError> {
        Ok(self.queries.roles(org).await?)
    }

    /// Makes a role that nobody has yet.
    ///
    /// # Errors
    ///
    /// See [`RoleError`]; nothing was written.
    pub async fn create(&self, author: Author, name: Name, permissions: PermissionSet) -> Result<Role, RoleError> {
        let (id, org) = (RoleId::new(self.ids.uuid()), author.org());
        transact(&*self.unit, &[org], move |tx| Box::pin(create(tx, author, id, name, permissions))).await
    }

    /// Changes a role, for everybody who has it, from the next request on.
    ///
    /// # Errors
    ///
    /// See [`RoleError`]; nothing was changed.
    pub async fn update(&self, author: Author, id: RoleId, change: RoleChange) -> Result<Role, RoleError> {
        let org = author.org();
        transact(&*self.unit, &[org], move |tx| Box::pin(update(tx, author, id, change))).await
    }

    /// Deletes a role that nobody has.
    ///
    /// # Errors
    ///
    /// See [`RoleError`]; nothing was changed.
    pub async fn remove(&self, author: Author, id: RoleId) -> Result<(), RoleError> {
        let org = author.org();
        transact(&*self.unit, &[org], move |tx| Box::pin(remove(tx, author, id))).await
    }
}

async fn create(
    tx: &mut dyn Tx,
    author: Author,
    id: RoleId,
    name: Name,
    permissions: PermissionSet,
) -> Result<Role, RoleError> {
    let held = permitted(tx, &author, Permission::RoleCreate).await?;
    within(held, permissions)?;
    if tx.roles().list(author.org()).await?.len() >= MOST_ROLES {
        return Err(RoleError::TooMany);
    }
    free(tx, author.org(), &name, None).await?;
    let role = Role { id, org: author.org(), name, permissions, created_at: tx.now() };
    tx.roles().insert(&role).await?;
    record(tx, &author, "role.created", id, figures(&role)).await?;
    Ok(role)
}

async fn update(tx: &mut dyn Tx, author: Author, id: RoleId, change: RoleChange) -> Result<Role, RoleError> {
    let held = permitted(tx, &author, Permission::RoleUpdate).await?;
    let before = tx.roles().find(author.org(), id).await?.ok_or(RoleError::NotFound)?;
    within(held, before.permissions)?;
    let role = Role {
        name: change.name.unwrap_or_else(|| before.name.clone()),
        permissions: change.permissions.unwrap_or(before.permissions),
        ..before.clone()
    };
    within(held, role.permissions)?;
    free(tx, author.org(), &role.name, Some(id)).await?;
    tx.roles().update(&role).await?;
    record(tx, &author, "role.updated", id, json!({ "old": figures(&before), "new": figures(&role) })).await?;
    Ok(role)
}

async fn remove(tx: &mut dyn Tx, author: Author, id: RoleId) -> Result<(), RoleError> {
    permitted(tx, &author, Permission::RoleDelete).await?;
    let before = tx.roles().find(author.org(), id).await?.ok_or(RoleError::NotFound)?;
    let holders = tx.roles().holders(author.org(), id).await?;
    if holders > 0 {
        return Err(RoleError::InUse(holders));
    }
    tx.roles().remove(author.org(), id).await?;
    record(tx, &author, "role.deleted", id, figures(&before)).await?;
    Ok(())
}

async fn permitted(tx: &mut dyn Tx, author: &Author, permission: Permission) -> Result<PermissionSet, RoleError> {
    let held = author.permissions(tx).await?;
    if held.contains(permission) { Ok(held) } else { Err(RoleError::Forbidden(permission)) }
}

/// Nobody gives or takes what they lack.
fn within(held: PermissionSet, asked: PermissionSet) -> Result<(), RoleError> {
    asked.without(held).iter().next().map_or(Ok(()), |lacking| Err(RoleError::Forbidden(lacking)))
}

/// A name is one role's alone, however it is written, and no built-in one's.
async fn free(tx: &mut dyn Tx, org: OrgId, name: &Name, own: Option<RoleId>) -> Result<(), RoleError> {
    let text = name.as_str().to_lowercase();
    let built_in = text == "custom" || text.parse::<OrgRole>().is_ok() || text.parse::<TeamRole>().is_ok();
    let roles = tx.roles().list(org).await?;
    let taken = roles.iter().any(|role| Some(role.id) != own && role.name.as_str().to_lowercase() == text);
    if built_in || taken {
        return Err(RoleError::Invalid { field: "name", message: "is the name of another role" });
    }
    Ok(())
}

fn figures(role: &Role) -> Value {
    json!({ "name": role.name.as_str(), "permissions": role.permissions.names() })
}

async fn record(
    tx: &mut dyn Tx,
    author: &Author,
    kind: &'static str,
    id: RoleId,
    detail: Value,
) -> Result<(), StoreError> {
    let object = Object { kind: "role", id: id.to_string() };
    author.record(tx, Entry { kind, object, agent: None, operation: None, detail }).await
}
