//! What only those may who run the installation: platform administrators who signed in. A token is not enough, and whoever is
//! none of them gets 403, whatever exists.

mod organizations;
mod payout;
mod promo_codes;

use crate::route::Group;

pub(crate) const GROUP: Group = Group {
    name: "Platform administration",
    routes: &[
        promo_codes::LIST,
        promo_codes::CREATE,
        promo_codes::REMOVE,
        organizations::LIST,
        organizations::FIND,
        organizations::SUSPEND,
        organizations::REACTIVATE,
        payout::ROUTE,
    ],
};
