//! Repositories of use-cases. The rows that only they and the queries read are here; the statements are in `sql`, which each
//! database compiles for itself.

mod organization;
mod people;

pub(crate) use organization::OrganizationParts;
pub(crate) use people::{IdentityRow, MembershipRow, SignInRow, UserRow};
