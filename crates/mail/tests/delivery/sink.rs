//! A mail server on loopback that keeps what it is given and, at one step, does what it is told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// A step of the dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Greeting,
    Hello,
    StartTls,
    Auth,
    From,
    To,
    Data,
    Dot,
}

/// What the sink does in place of its usual answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    Say(&'static str),
    SayLater(&'static str, Duration),
    SayAndCut(&'static str),
    Cut,
    Hang,
}

/// What the sink has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Every command, over all connections.
    pub commands: Vec<String>,
    /// Every mail whose final dot came, without the dots that transparency added.
    pub mails: Vec<String>,
}

pub struct Sink {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
}

type Twist = Option<(Step, Act)>;

impl Sink {
    pub async fn start(twist: Twist) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, seen) = (listener.local_addr().unwrap(), Arc::new(Mutex::new(Seen::default())));
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(Session { stream: BufReader::new(stream), twist, seen: Arc::clone(&shared) }.run());
            }
        });
        Self { address, seen }
    }

    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

struct Session {
    stream: BufReader<TcpStream>,
    twist: Twist,
    seen: Arc<Mutex<Seen>>,
}

impl Session {
    /// Ends when the client is gone or the sink cuts the connection.
    async fn run(mut self) {
        if self.answer(Step::Greeting, "220 sink").await.is_none() {
            return;
        }
        while let Some(line) = self.line().await {
            self.seen.lock().unwrap().commands.push(line.clone());
            let (step, usual) = match line.split([' ', ':']).next().unwrap_or_default() {
                "EHLO" => (Step::Hello, "250-sink\r\n250 AUTH PLAIN"),
                "STARTTLS" => (Step::StartTls, "220 go"),
                "AUTH" => (Step::Auth, "235 welcome"),
                "MAIL" => (Step::From, "250 ok"),
                "RCPT" => (Step::To, "250 ok"),
                "DATA" => (Step::Data, "354 go on"),
                _ => return,
            };
            let Some(said) = self.answer(step, usual).await else { return };
            if step == Step::Data && said.starts_with("354") && self.mail().await.is_none() {
                return;
            }
        }
    }

    async fn mail(&mut self) -> Option<()> {
        let mut mail = String::new();
        loop {
            match self.line().await?.as_str() {
                "." => break,
                line => {
                    mail.push_str(line.strip_prefix('.').unwrap_or(line));
                    mail.push_str("\r\n");
                }
            }
        }
        self.seen.lock().unwrap().mails.push(mail);
        self.answer(Step::Dot, "250 taken").await.map(drop)
    }

    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let length = self.stream.read_line(&mut line).await.ok()?;
        (length > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
    }

    async fn answer(&mut self, step: Step, usual: &'static str) -> Option<&'static str> {
        let act = self.twist.filter(|(when, _)| *when == step).map_or(Act::Say(usual), |(_, act)| act);
        match act {
            Act::Say(text) => self.say(text).await,
            Act::SayLater(text, pause) => {
                tokio::time::sleep(pause).await;
                self.say(text).await
            }
            Act::SayAndCut(text) => self.say(text).await.and(None),
            Act::Cut => None,
            Act::Hang => std::future::pending().await,
        }
    }

    async fn say(&mut self, text: &'static str) -> Option<&'static str> {
        let sent = self.stream.get_mut().write_all(format!("{text}\r\n").as_bytes()).await;
        sent.ok().map(|()| text)
    }
}
