//! Promotional codes: made and taken back by who runs the installation, redeemed by organizations, each once.
//!
//! Codes belong to the platform organization: every change holds its row, and its chain tells it. What a code may bring is
//! the domain's business ([`upivia_domain::promo`]).

mod error;
mod manage;
mod redeem;

use std::sync::Arc;

use upivia_domain::{
    PromoCodeId,
    audit::Object,
    ports::{Ids, PeopleQueries, PromoQueries, UnitOfWork},
};

pub use error::PromoError;
pub use manage::{NewPromo, PromoPage};
pub use redeem::Redeemed;

/// What the use-cases need.
pub struct PromosParts {
    /// Where changes are made.
    pub unit: Arc<dyn UnitOfWork>,
    /// The codes.
    pub promos: Arc<dyn PromoQueries>,
    /// Who runs the installation.
    pub people: Arc<dyn PeopleQueries>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// The use-cases.
pub struct Promos {
    parts: PromosParts,
}

impl Promos {
    /// Over these parts.
    pub const fn new(parts: PromosParts) -> Self {
        Self { parts }
    }
}

fn object(id: PromoCodeId) -> Object {
    Object { kind: "promo_code", id: id.to_string() }
}
