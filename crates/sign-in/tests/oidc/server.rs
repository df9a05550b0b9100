//! The provider: a process that lives as long as the value.

use std::{process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout},
    time::timeout,
};

use crate::node::node;

const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Where the provider tells addresses and names.
#[derive(Clone, Copy)]
pub enum Tells {
    /// In the identity token.
    InToken,
    /// Only when it is asked about the user.
    WhenAsked,
}

pub struct Server {
    pub issuer: String,
    child: Child,
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Server {
    pub async fn start(tells: Tells) -> Self {
        let mut command = node(include_str!("../node/oidc_provider.mjs"));
        command.arg(match tells {
            Tells::InToken => "token",
            Tells::WhenAsked => "userinfo",
        });
        // Its warnings say that it is not for production.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let mut server = Self { issuer: String::new(), child, stdin, lines: BufReader::new(stdout).lines() };
        server.issuer = server.line().await;
        server
    }

    pub async fn take_new_keys(&mut self) {
        self.stdin.write_all(b"\n").await.unwrap();
        assert_eq!(self.line().await, "new keys");
    }

    /// It ends by itself when its input does.
    pub async fn stop(self) {
        let Self { mut child, stdin, .. } = self;
        drop(stdin);
        assert!(timeout(TIME_LIMIT, child.wait()).await.unwrap().unwrap().success());
    }

    async fn line(&mut self) -> String {
        timeout(TIME_LIMIT, self.lines.next_line()).await.unwrap().unwrap().expect("the provider ended")
    }
}
