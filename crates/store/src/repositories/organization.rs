//! `organizations` beside their heads. The data key is not here: `both::data_keys` reads it.

use diesel::prelude::*;
use upivia_domain::{Timestamp, identity::Organization, ledger::OrgHead, ports::StoreError};

use crate::{
    rows::{HeadRow, parse},
    schema::organizations,
};

/// What an organization is made of.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub(crate) struct OrganizationParts {
    name: String,
    created_at: i64,
    #[diesel(embed)]
    head: HeadRow,
}

impl TryFrom<OrganizationParts> for Organization {
    type Error = StoreError;
    fn try_from(parts: OrganizationParts) -> Result<Self, StoreError> {
        let head = OrgHead::try_from(parts.head)?;
        Ok(Self {
            id: head.org,
            name: parse("organizations", "name", &parts.name)?,
            calendar: head.calendar,
            created_at: Timestamp::from_micros(parts.created_at),
        })
    }
}
