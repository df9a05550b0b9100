//! What the end of a dialogue means, by the weakest claim that is certain.
//!
//! | seen | claimed |
//! |---|---|
//! | no connection, no greeting, no TLS where it must be, no sign-in; whatever the server said so far | not sent |
//! | 4xx or 5xx to the sender, the recipient, or the wish to send | refused; 4xx: for now |
//! | lost or too slow before the final dot was written | not sent: a mail without its dot is none |
//! | 4xx or 5xx after the final dot | refused; 4xx: for now |
//! | 2xx after the final dot | sent |
//! | anything else after the final dot | unknown: it may have been taken |

use std::{error::Error as _, io};

use lettre::transport::smtp::{
    Error,
    response::{Response, Severity},
};
use upivia_domain::ports::MailError;

/// What an agent is told of the server's words, in characters.
const LONGEST_DETAIL: usize = 500;

/// Why a step did not come to an answer that lets the dialogue go on.
pub(crate) enum Broken {
    TooSlow,
    Unreachable(io::Error),
    Smtp(Error),
}

impl From<Error> for Broken {
    fn from(error: Error) -> Self {
        Self::Smtp(error)
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Unreachable(error)
    }
}

impl Broken {
    /// The reply that said no, where one did.
    fn reply(&self) -> Option<&Error> {
        match self {
            Self::Smtp(error) if error.status().is_some() => Some(error),
            Self::Smtp(_) | Self::TooSlow | Self::Unreachable(_) => None,
        }
    }
}

/// A step before the first word about a mail.
pub(crate) fn before_mail<T>(step: Result<T, Broken>) -> Result<T, MailError> {
    step.map_err(|broken| match &broken {
        Broken::TooSlow => not_sent("the mail server did not answer in time"),
        Broken::Smtp(error) if error.status().is_some() => {
            not_sent(&format!("the mail server takes no mail now: {}", words(error)))
        }
        Broken::Smtp(error) => unreachable_server(error),
        Broken::Unreachable(error) => unreachable_server(error),
    })
}

fn unreachable_server(error: &dyn std::error::Error) -> MailError {
    // The operator sees the cause, which names the inside of the network; the agent does not.
    tracing::warn!(%error, "the mail server could not be reached");
    not_sent("the mail server could not be reached")
}

/// The sign-in. The server's words about it are kept back, for they may repeat it.
pub(crate) fn signed_in(step: Result<(), Broken>) -> Result<(), MailError> {
    match step {
        Err(broken) if broken.reply().is_some() => {
            tracing::warn!("the mail server refused this server's user and password");
            Err(not_sent("the mail server refused this server's user and password"))
        }
        other => before_mail(other),
    }
}

/// A step about a mail, before its first byte.
pub(crate) fn answered(answer: Result<Response, Broken>, wanted: Severity) -> Result<(), MailError> {
    match answer {
        Ok(response) if response.code().severity == wanted => Ok(()),
        Ok(_) => Err(not_sent("the mail server answered out of turn")),
        Err(broken) => Err(broken.reply().map_or_else(broke_off, refused)),
    }
}

/// The mail itself; `has_dot`: its final dot may have been on the way.
pub(crate) fn judged(answer: Result<Response, Broken>, has_dot: bool) -> Result<(), MailError> {
    let unknown = || MailError::Unknown("the mail server's answer to the mail was lost".to_owned());
    match answer {
        _ if !has_dot => Err(broke_off()),
        Ok(response) if response.code().severity == Severity::PositiveCompletion => Ok(()),
        Ok(_) => Err(unknown()),
        Err(broken) => Err(broken.reply().map_or_else(unknown, refused)),
    }
}

fn refused(error: &Error) -> MailError {
    let detail = format!("the mail server refused the mail: {}", words(error));
    MailError::Refused { detail, temporary: error.is_transient() }
}

fn broke_off() -> MailError {
    not_sent("the connection to the mail server broke before the mail was handed over")
}

pub(crate) fn not_sent(detail: &str) -> MailError {
    MailError::NotSent(detail.to_owned())
}

/// The server's code and words, on one line.
fn words(error: &Error) -> String {
    let code = error.status().map(|code| code.to_string()).unwrap_or_default();
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_DETAIL).collect();
    format!("{code} {said}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost() -> Result<Response, Broken> {
        Err(io::Error::from(io::ErrorKind::ConnectionReset).into())
    }

    #[test]
    fn a_loss_is_certain_only_before_the_final_dot() {
        for broken in [lost, || Err(Broken::TooSlow)] {
            assert!(matches!(judged(broken(), false), Err(MailError::NotSent(_))));
            assert!(matches!(judged(broken(), true), Err(MailError::Unknown(_))));
            assert!(matches!(answered(broken(), Severity::PositiveCompletion), Err(MailError::NotSent(_))));
        }
    }
}
