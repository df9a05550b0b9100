//! TLS from inside: a server with the certificate beside this file, which no authority signed, made for these tests only.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread::{self, JoinHandle},
};

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use upivia_domain::{
    mail::Message,
    ports::{Mail, MailError, Receipt},
};

use crate::{Mailer, MailerSettings, Relay};

const CERTIFICATE: &[u8] = include_bytes!("certificate.pem");
const KEY: &[u8] = include_bytes!("key.pem");

/// What a server says in plaintext to the wish for TLS; `None`: it speaks TLS from the first byte.
type Upgrade = Option<&'static str>;

/// One connection; ends with the commands that came encrypted.
fn serve(listener: TcpListener, upgrade: Upgrade) -> JoinHandle<Vec<String>> {
    thread::spawn(move || {
        let (mut plain, _) = listener.accept().unwrap();
        if let Some(said) = upgrade {
            plain.write_all(b"220 plain\r\n").unwrap();
            assert!(line(&mut plain).unwrap().starts_with("EHLO"));
            plain.write_all(b"250-plain\r\n250 STARTTLS\r\n").unwrap();
            assert_eq!(line(&mut plain).as_deref(), Some("STARTTLS"));
            plain.write_all(said.as_bytes()).unwrap();
        }
        talk(encrypted(plain), upgrade.is_none())
    })
}

fn encrypted(plain: TcpStream) -> StreamOwned<ServerConnection, TcpStream> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], PrivateKeyDer::from_pem_slice(KEY).unwrap())
        .unwrap();
    StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), plain)
}

fn talk(mut stream: impl Read + Write, greets: bool) -> Vec<String> {
    let mut commands = Vec::new();
    if greets && stream.write_all(b"220 tls\r\n").is_err() {
        return commands;
    }
    let mut in_mail = false;
    while let Some(line) = line(&mut stream) {
        in_mail = if in_mail { line != "." } else { line == "DATA" };
        let answer = match line.as_str() {
            "DATA" => "354 go on\r\n",
            _ if in_mail => "",
            _ => "250 ok\r\n",
        };
        commands.push(line);
        if stream.write_all(answer.as_bytes()).is_err() {
            break;
        }
    }
    commands
}

fn line(stream: &mut impl Read) -> Option<String> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while line.last() != Some(&b'\n') {
        stream.read_exact(&mut byte).ok()?;
        line.extend(byte);
    }
    Some(String::from_utf8(line).unwrap().trim_end().to_owned())
}

async fn send(upgrade: Upgrade, is_trusted: bool) -> (Result<Receipt, MailError>, Vec<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = serve(listener, upgrade);
    let url = upgrade
        .map_or_else(|| format!("smtps://localhost:{port}"), |_| format!("smtp://localhost:{port}?tls=required"));
    let settings = MailerSettings::new(Relay::parse(&url).unwrap(), "no-reply@acme.example".parse().unwrap());
    let mut mailer = Mailer::new(settings).unwrap();
    if is_trusted {
        let certificate = Certificate::from_pem(CERTIFICATE).unwrap();
        mailer.tls = TlsParameters::builder("localhost".to_owned()).add_root_certificate(certificate).build().unwrap();
    }
    let (to, subject, text) = ("ada@example.com".parse().unwrap(), "Hi".parse().unwrap(), "Hello.".parse().unwrap());
    let sent = mailer.send(&Message { id: "inv_1".parse().unwrap(), request: None, to, subject, text }).await;
    let commands = tokio::task::spawn_blocking(|| server.join().unwrap()).await.unwrap();
    (sent, commands)
}

#[tokio::test]
async fn a_mail_is_handed_over_encrypted_in_both_ways() {
    for upgrade in [None, Some("220 go\r\n")] {
        let (sent, commands) = send(upgrade, true).await;
        assert_eq!(sent.unwrap().message_id, "<inv_1@acme.example>");
        assert_eq!(commands.first().map(String::as_str), Some("EHLO acme.example"));
        assert!(commands.iter().any(|line| line == "Hello."), "{commands:?}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_it() {
    for upgrade in [None, Some("220 go\r\n")] {
        let (sent, commands) = send(upgrade, false).await;
        assert!(matches!(sent, Err(MailError::NotSent(_))), "{sent:?}");
        assert!(commands.is_empty(), "{commands:?}");
    }
}

#[tokio::test]
async fn answers_that_were_slipped_in_before_tls_are_not_believed() {
    let forged = "220 go\r\n250 hello\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 taken\r\n";
    let (sent, commands) = send(Some(forged), true).await;
    assert!(matches!(sent, Err(MailError::NotSent(_))), "{sent:?}");
    assert!(commands.is_empty(), "{commands:?}");
}
