//! Another role for a member, and the rules that hold for every change of a place.

use serde_json::{Value, json};
use upivia_domain::{
    OrgId, UserId,
    audit::Object,
    identity::{Membership, OrgRole, Permission, PermissionSet},
    ports::{Tx, transact},
};

use super::{MemberError, MemberView, Members};
use crate::access::{Author, Entry, included};

impl Members {
    /// Gives a member another role. It holds from the next request on, for sessions and tokens, on every node.
    ///
    /// # Errors
    ///
    /// See [`MemberError`]; nothing was changed.
    pub async fn set_role(&self, author: Author, user: UserId, role: OrgRole) -> Result<MemberView, MemberError> {
        let org = author.org();
        let membership =
            transact(&*self.parts.unit, &[org], move |tx| Box::pin(set_role(tx, author, user, role))).await?;
        self.shown(org, membership).await
    }
}

async fn set_role(tx: &mut dyn Tx, author: Author, user: UserId, role: OrgRole) -> Result<Membership, MemberError> {
    let before = changeable(tx, &author, user, Permission::MemberChangeRole).await?;
    let after = Membership { role, ..before };
    if after == before {
        return Ok(after);
    }
    let given = given(tx, author.org(), role).await?;
    within(author.permissions(tx).await?, given)?;
    if role == OrgRole::Owner {
        by_an_owner(tx, &author).await?;
    }
    keep_an_owner(tx, before, Some(role)).await?;
    tx.memberships().update(&after).await?;
    let detail = json!({ "old": before.role.to_string(), "new": role.to_string() });
    author.record(tx, entry("membership.changed", user, detail)).await?;
    Ok(after)
}

/// A place that the author may change: with the permission, and nobody's who may more than they do.
pub(super) async fn changeable(
    tx: &mut dyn Tx,
    author: &Author,
    user: UserId,
    permission: Permission,
) -> Result<Membership, MemberError> {
    let held = author.permissions(tx).await?;
    if !held.contains(permission) {
        return Err(MemberError::Forbidden(permission));
    }
    let place = place(tx, author.org(), user).await?;
    if place.role == OrgRole::Owner {
        by_an_owner(tx, author).await?;
    }
    if user != author.caller.user {
        within(held, included(tx, place.org, place.role).await?)?;
    }
    Ok(place)
}

pub(super) async fn place(tx: &mut dyn Tx, org: OrgId, user: UserId) -> Result<Membership, MemberError> {
    tx.memberships().find(org, user).await?.ok_or(MemberError::NotFound)
}

/// What a role would give; one that is not there gives nothing, and is nobody's.
async fn given(tx: &mut dyn Tx, org: OrgId, role: OrgRole) -> Result<PermissionSet, MemberError> {
    if let Some(id) = role.custom() {
        let missing = MemberError::Invalid { field: "role_id", message: "is no role of this organization" };
        return Ok(tx.roles().find(org, id).await?.ok_or(missing)?.permissions);
    }
    Ok(role.permissions())
}

/// Nobody gives or takes what they lack.
fn within(held: PermissionSet, asked: PermissionSet) -> Result<(), MemberError> {
    asked.without(held).iter().next().map_or(Ok(()), |lacking| Err(MemberError::Forbidden(lacking)))
}

async fn by_an_owner(tx: &mut dyn Tx, author: &Author) -> Result<(), MemberError> {
    match author.role(tx).await? {
        Some(OrgRole::Owner) => Ok(()),
        _ => Err(MemberError::OwnersOnly),
    }
}

/// Somebody else is an owner, too, if this place stops being one. The organization's row is held: two owners who go at the
/// same time go one after the other.
pub(super) async fn keep_an_owner(
    tx: &mut dyn Tx,
    place: Membership,
    becomes: Option<OrgRole>,
) -> Result<(), MemberError> {
    if place.role != OrgRole::Owner || becomes == Some(OrgRole::Owner) {
        return Ok(());
    }
    let others = tx.memberships().list(place.org).await?;
    let is_kept = others.iter().any(|other| other.role == OrgRole::Owner && other.user != place.user);
    if is_kept { Ok(()) } else { Err(MemberError::LastOwner) }
}

pub(super) fn entry(kind: &'static str, user: UserId, detail: Value) -> Entry {
    Entry { kind, object: Object { kind: "user", id: user.to_string() }, agent: None, operation: None, detail }
}
