//! The marketplace: what organizations show to each other.

use upivia_domain::{identity::Name, publishing::Publication};

use super::{PublishError, Publishing, list::cut};

/// A publication and who stands behind it. Of the organization nothing but its name is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What is shown.
    pub publication: Publication,
    /// Whose it is.
    pub publisher: Option<Name>,
}

/// Some listings, and where the next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingPage {
    /// The newest first.
    pub listings: Vec<Listing>,
    /// Absent on the last page.
    pub next: Option<i64>,
}

impl Publishing {
    /// A page of at most `limit` listings of all organizations.
    ///
    /// # Errors
    ///
    /// [`PublishError::Unavailable`].
    pub async fn listings(&self, before: Option<i64>, limit: u32) -> Result<ListingPage, PublishError> {
        let mut found = self.parts.publishing.listings(before, limit.saturating_add(1)).await?;
        let more = cut(&mut found, limit);
        let next = found.last().and_then(|publication| publication.listing_seq).filter(|_| more);
        let mut listings = Vec::with_capacity(found.len());
        for publication in found {
            let publisher = self.parts.ledger.organization(publication.org).await?.map(|org| org.name);
            listings.push(Listing { publication, publisher });
        }
        Ok(ListingPage { listings, next })
    }
}
