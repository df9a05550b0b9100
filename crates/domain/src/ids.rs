//! Typed identifiers: a prefix from one append-only table and a UUIDv7 in 22 base62 characters.
//!
//! The alphabet is in ASCII order and the width is fixed, so ids sort by their time of birth, as text and as numbers.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const WIDTH: usize = 22;
const LONGEST_PREFIX: usize = 8;

/// A text that is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an id of the form {prefix}… with 22 letters or digits")]
pub struct InvalidId {
    /// The prefix that was expected.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps a UUID minted by the [`crate::ports::Ids`] port.
            pub const fn new(uuid: Uuid) -> Self { Self(uuid) }

            /// The UUID inside.
            pub const fn uuid(self) -> Uuid { self.0 }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(f, $prefix, self.0) }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write_id(f, $prefix, self.0) }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix($prefix).and_then(decode).map(Self).ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> { serializer.collect_str(self) }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    )*};
}

// Append only: a prefix once given is never used for anything else.
ids! {
    /// An organization, also called workspace.
    OrgId = "org_";
    /// A person.
    UserId = "usr_";
    /// A team of an organization.
    TeamId = "team_";
    /// An agent.
    AgentId = "agt_";
    /// An agent key or a personal access token (never the secret itself).
    CredentialId = "key_";
    /// A service request; it is also the id of the command that admits it.
    RequestId = "srq_";
    /// An approval that a request waits for.
    ApprovalId = "apr_";
    /// Any command of the ledger other than an admission.
    CommandId = "cmd_";
    /// One running process.
    NodeId = "node_";
    /// A delegated task.
    DelegationId = "dlg_";
    /// A worker's wish for money of the team's pool.
    BudgetRequestId = "brq_";
    /// A promotional code.
    PromoCodeId = "prm_";
    /// A skill that an agent proposes.
    SkillProposalId = "skp_";
    /// Somebody else's server that is told of events.
    WebhookEndpointId = "whe_";
    /// A message to such servers, whoever of them gets it.
    WebhookMessageId = "msg_";
    /// A message on its way to one of them.
    WebhookDeliveryId = "whd_";
    /// A role that an organization made for itself.
    RoleId = "role_";
    /// A mail of the server itself, on its way.
    MailId = "mail_";
    /// An invitation into an organization.
    InviteId = "inv_";
    /// What an agent, or a person on its behalf, wants from people.
    AgentRequestId = "arq_";
    /// Somebody's wish to publish a thing.
    PublishRequestId = "prq_";
    /// A thing that more people may see.
    PublicationId = "pub_";
}

impl OrgId {
    /// The reserved organization that owns users, node leases and other rows of the whole installation.
    pub const PLATFORM: Self = Self::new(Uuid::nil());
}

impl RequestId {
    /// The smallest id that a UUIDv7 born at that instant can have; older ids sort before it.
    pub fn earliest(at: crate::Timestamp) -> Self {
        let millis = u128::try_from(at.micros().div_euclid(1_000)).unwrap_or_default();
        Self::new(Uuid::from_u128((millis << 80) | (0x7 << 76)))
    }

    /// The millisecond at which the id was minted.
    pub fn born_at(self) -> crate::Timestamp {
        let millis = i64::try_from(self.uuid().as_u128() >> 80).unwrap_or_default();
        crate::Timestamp::from_micros(millis.saturating_mul(1_000))
    }
}

impl CommandId {
    /// The one command that a message from outside becomes: the same names, the same id, on every node and at every try.
    pub fn derived(names: &[&str]) -> Self {
        let mut hasher = Sha256::new();
        for name in names {
            // With its length before it, so that no two lists of names read alike.
            hasher.update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(name.as_bytes());
        }
        let digest: [u8; 32] = hasher.finalize().into();
        Self(Builder::from_custom_bytes(digest.first_chunk().copied().unwrap_or_default()).into_uuid())
    }
}

impl From<RequestId> for CommandId {
    fn from(id: RequestId) -> Self {
        Self::new(id.uuid())
    }
}

// In one piece: a String that grows in steps is allocated as often.
fn write_id(f: &mut fmt::Formatter<'_>, prefix: &str, uuid: Uuid) -> fmt::Result {
    let mut text = [0; LONGEST_PREFIX + WIDTH];
    let (head, rest) = text.split_at_mut_checked(prefix.len()).ok_or(fmt::Error)?;
    head.copy_from_slice(prefix.as_bytes());
    let digits = rest.first_chunk_mut::<WIDTH>().ok_or(fmt::Error)?;
    *digits = encode(uuid.as_u128());
    let text = text.get(..prefix.len() + WIDTH).ok_or(fmt::Error)?;
    f.write_str(std::str::from_utf8(text).map_err(|_| fmt::Error)?)
}

fn encode(mut value: u128) -> [u8; WIDTH] {
    // Ten digits at a time: division of 128 bits is slow, and ids are written all the time.
    const DIGITS: usize = 10;
    const TEN_DIGITS: u128 = 62_u128.pow(10);
    let mut text = [b'0'; WIDTH];
    for slots in text.rchunks_mut(DIGITS) {
        let mut part = u64::try_from(value % TEN_DIGITS).unwrap_or_default();
        value /= TEN_DIGITS;
        for slot in slots.iter_mut().rev() {
            let digit = usize::try_from(part % 62).unwrap_or_default();
            *slot = ALPHABET.get(digit).copied().unwrap_or(b'0');
            part /= 62;
        }
    }
    text
}

fn decode(text: &str) -> Option<Uuid> {
    if text.len() != WIDTH {
        return None;
    }
    let value = text.bytes().try_fold(0_u128, |sum, byte| {
        let digit = digit_of(byte)?;
        sum.checked_mul(62)?.checked_add(digit)
    })?;
    Some(Uuid::from_u128(value))
}

fn digit_of(byte: u8) -> Option<u128> {
    let digit = match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'Z' => byte - b'A' + 10,
        b'a'..=b'z' => byte - b'a' + 36,
        _ => return None,
    };
    Some(u128::from(digit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_id_survives_its_text(value: u128) {
            let id = AgentId::new(Uuid::from_u128(value));
            prop_assert_eq!(id.to_string().parse::<AgentId>(), Ok(id));
        }

        #[test]
        fn ids_sort_as_their_texts(a: u128, b: u128) {
            let (a, b) = (AgentId::new(Uuid::from_u128(a)), AgentId::new(Uuid::from_u128(b)));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = text.parse::<RequestId>();
            let _ = format!("srq_{text}").parse::<RequestId>();
        }
    }

    #[test]
    fn a_derived_id_is_of_its_names_and_of_no_others() {
        let id = CommandId::derived(&["acme", "evt_1"]);
        assert_eq!(id, CommandId::derived(&["acme", "evt_1"]));
        for other in [&["acme", "evt_2"][..], &["acm", "eevt_1"], &["acmeevt_1"], &["evt_1", "acme"]] {
            assert_ne!(id, CommandId::derived(other), "{other:?}");
        }
        assert_eq!(id.uuid().get_version_num(), 8, "told apart from what was minted");
    }

    #[test]
    fn a_foreign_prefix_is_refused() {
        let id = AgentId::new(Uuid::from_u128(7));
        assert!(id.to_string().parse::<RequestId>().is_err());
    }
}
