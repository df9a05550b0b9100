//! The embedded file has no clock but that of the node.

use upivia_domain::{Timestamp, ports::StoreError};

use super::Conn;

/// None.
#[expect(clippy::unused_async, reason = "the other database has to be asked")]
pub(crate) async fn now(_conn: &mut Conn) -> Result<Option<Timestamp>, StoreError> {
    Ok(None)
}
