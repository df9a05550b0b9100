//! Figures about the server's own mails. Every row is there from the beginning.

use upivia_application::mails::MailsSoFar;

use super::exposition::Exposition;

const TRIES: &str = "upivia_mail_tries_total";
const OUTBOX: &str = "upivia_mail_outbox";

pub(super) fn write(to: &mut Exposition, mails: &MailsSoFar) {
    to.family(
        TRIES,
        "counter",
        "Tries of this process to hand over mails of the server itself: deferred ones come again.",
    );
    for (result, count) in [("delivered", mails.delivered), ("deferred", mails.deferred), ("failed", mails.failed)] {
        to.sample(TRIES, &[("result", result)], count);
    }
    to.family(
        OUTBOX,
        "gauge",
        "Mails of the server itself at the last sample: waiting, or given up in the last seven days.",
    );
    for (state, count) in [("waiting", mails.waiting), ("failed", mails.given_up)] {
        to.sample(OUTBOX, &[("state", state)], count);
    }
    let oldest = "Since the oldest mail that waits was written; 0 where none waits.";
    to.gauge("upivia_mail_outbox_oldest_seconds", oldest, mails.oldest_seconds);
}
