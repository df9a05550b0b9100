//! The server's own mails: written by use-cases in their transactions, delivered by a worker over the mail port.
//!
//! A use-case that has something to say takes a [`Postbox`] and posts a [`Letter`] inside its transaction: the mail exists
//! exactly if the change does. Delivery is at least once. In normal operation, an orderly stop included, a mail is handed over
//! once; a process that dies between the mail server's yes and its own commit leaves a mail that the next process sends
//! again, with the same `Message-ID`. Deliberately absent: SMTP, and mails that agents pay for (those are dispatched).

mod delivery;
mod gauges;
mod links;
mod postbox;

pub use delivery::{Delivery, DeliveryParts};
pub use gauges::{MailGauges, MailsSoFar};
pub use links::Links;
pub use postbox::{Letter, Postbox, Posted};
