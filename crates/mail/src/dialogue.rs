//! One mail, one connection: connect, greet, protect, sign in, hand over.
//!
//! What each end means is in `claims.rs`.

use std::{
    future::Future,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use lettre::transport::smtp::{
    Error,
    client::{AsyncSmtpConnection, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
    response::{Response, Severity},
};
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use upivia_domain::ports::MailError;

use crate::{
    Relay, Security,
    claims::{Broken, answered, before_mail, judged, not_sent, signed_in},
    compose::Letter,
    line_reads::LineReads,
    sign_in,
};

const FAREWELL: Duration = Duration::from_secs(5);

/// How long things may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// To connect, to the first address and all others.
    pub(crate) connect: Duration,
    /// The server's answer to one command.
    pub(crate) step: Duration,
    /// Everything; what is left of it is for the answer to the final dot.
    pub(crate) whole: Duration,
}

/// Whom to speak to, and how.
pub(crate) struct Line<'a> {
    pub(crate) relay: &'a Relay,
    pub(crate) tls: &'a TlsParameters,
    pub(crate) hello: &'a ClientId,
    pub(crate) limits: Limits,
}

/// Hands a letter over.
pub(crate) async fn deliver(line: &Line<'_>, letter: &Letter) -> Result<(), MailError> {
    let until = Instant::now() + line.limits.whole;
    let mut connection = open(line, until).await?;
    let outcome = hand_over(&mut connection, letter, line.limits, until).await;
    if matches!(outcome, Ok(()) | Err(MailError::Refused { .. })) {
        // Politeness, which nobody waits for.
        tokio::spawn(async move { tokio::time::timeout(FAREWELL, connection.quit()).await });
    }
    outcome
}

/// Up to the first word about a mail. Nothing that goes wrong here has cost anything.
async fn open(line: &Line<'_>, until: Instant) -> Result<AsyncSmtpConnection, MailError> {
    let limits = line.limits;
    let mut connection = match line.relay.security {
        Security::Tls => before_mail(within(limits.connect, until, encrypted(line)).await)?,
        Security::StartTls | Security::Plain => {
            let stream = before_mail(within(limits.connect, until, reach(line.relay)).await)?;
            let greeted = AsyncSmtpConnection::connect_with_transport(Box::new(LineReads(stream)), line.hello);
            before_mail(within(limits.step, until, greeted).await)?
        }
    };
    if line.relay.security == Security::StartTls {
        if !connection.can_starttls() {
            return Err(not_sent("the mail server does not offer STARTTLS"));
        }
        let upgraded = connection.starttls(line.tls.clone(), line.hello);
        before_mail(within(limits.step, until, upgraded).await)?;
    }
    if let Some(sign_in) = &line.relay.sign_in {
        signed_in(within(limits.step, until, sign_in::sign_in(&mut connection, sign_in)).await)?;
    }
    Ok(connection)
}

async fn encrypted(line: &Line<'_>) -> Result<AsyncSmtpConnection, Error> {
    let place = (line.relay.host.as_str(), line.relay.port);
    AsyncSmtpConnection::connect_tokio1(place, Some(line.limits.connect), line.hello, Some(line.tls.clone()), None)
        .await
}

async fn reach(relay: &Relay) -> Result<TcpStream, std::io::Error> {
    TcpStream::connect((relay.host.as_str(), relay.port)).await
}

/// The envelope and the mail.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    letter: &Letter,
    limits: Limits,
    until: Instant,
) -> Result<(), MailError> {
    let from = connection.command(Mail::new(Some(letter.from.clone()), Vec::new()));
    answered(within(limits.step, until, from).await, Severity::PositiveCompletion)?;
    let to = connection.command(Rcpt::new(letter.to.clone(), Vec::new()));
    answered(within(limits.step, until, to).await, Severity::PositiveCompletion)?;
    let data = connection.command(Data);
    answered(within(limits.step, until, data).await, Severity::PositiveIntermediate)?;
    let has_dot = AtomicBool::new(false);
    let sent = send(connection, &letter.bytes, &has_dot);
    judged(within(limits.whole, until, sent).await, has_dot.load(Ordering::SeqCst))
}

/// Writes the mail, and marks the moment from which its final dot may be on the way.
async fn send(connection: &mut AsyncSmtpConnection, bytes: &[u8], has_dot: &AtomicBool) -> Result<Response, Error> {
    // The dot is written when there is no further part.
    let end = std::iter::from_fn(|| {
        has_dot.store(true, Ordering::SeqCst);
        None
    });
    connection.message_iter(std::iter::once(bytes).chain(end)).await
}

async fn within<T, E: Into<Broken>>(
    limit: Duration,
    until: Instant,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, Broken> {
    let deadline = until.min(Instant::now() + limit);
    timeout_at(deadline, step).await.map_err(|_| Broken::TooSlow)?.map_err(Into::into)
}
