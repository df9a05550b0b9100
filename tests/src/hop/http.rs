//! Just enough of HTTP/1.1: messages with a `Content-Length`, one after the other on one connection.

use anyhow::{Context, Result, bail, ensure};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

const END_OF_HEAD: &[u8] = b"\r\n\r\n";
const LARGEST: usize = 1 << 20;

/// The messages that arrive on a connection.
pub struct Messages {
    buffer: Vec<u8>,
    /// The length of the message in front, once it was handed out.
    handed_out: usize,
}

/// A whole message.
pub struct Message<'a> {
    /// Everything before the body.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

impl Messages {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { buffer: Vec::with_capacity(4096), handed_out: 0 }
    }

    /// The next message; `None` where the other side closed between two.
    pub async fn next(&mut self, socket: &mut TcpStream) -> Result<Option<Message<'_>>> {
        self.buffer.drain(..std::mem::take(&mut self.handed_out));
        loop {
            if let Some((head, length)) = whole(&self.buffer)? {
                self.handed_out = length;
                let (head, body) = self.buffer[..length].split_at(head);
                return Ok(Some(Message { head, body }));
            }
            ensure!(self.buffer.len() <= LARGEST, "a message without an end");
            match socket.read_buf(&mut self.buffer).await.context("read")? {
                0 if self.buffer.is_empty() => return Ok(None),
                0 => bail!("the connection broke off inside a message"),
                _ => {}
            }
        }
    }
}

/// The lengths of head and whole message, once all of it is there.
fn whole(buffer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(END_OF_HEAD.len()).position(|window| window == END_OF_HEAD) else {
        return Ok(None);
    };
    let head = end + END_OF_HEAD.len();
    let length = head + content_length(&buffer[..head])?;
    Ok((buffer.len() >= length).then_some((head, length)))
}

fn content_length(head: &[u8]) -> Result<usize> {
    let mut lines = head.split(|byte| *byte == b'\n');
    let value = lines.find_map(|line| {
        let (name, value) = line.split_at_checked(15)?;
        name.eq_ignore_ascii_case(b"content-length:").then_some(value)
    });
    let value = value.context("a message without Content-Length")?;
    std::str::from_utf8(value)?.trim().parse().context("Content-Length")
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_message_is_whole_when_its_body_is_there() -> anyhow::Result<()> {
        let text = b"HTTP/1.1 200 OK\r\nX: y\r\ncontent-Length: 3\r\n\r\nabcHTTP";
        assert_eq!(whole(&text[..text.len() - 5])?, None);
        assert_eq!(whole(text)?, Some((44, 47)));
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\n")?, None);
        assert!(whole(b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n").is_err());
        Ok(())
    }
}
