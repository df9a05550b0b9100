//! A connection that never hands out more than one line, so that nothing of plaintext is left over when TLS begins.
//!
//! Who can write into the plaintext before STARTTLS could otherwise put answers there that would be read after it, as if
//! the encrypted server had said them: a mail would be taken for accepted that is not.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, ready},
};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

const MOST_AT_ONCE: usize = 1_024;

/// What was sent beyond a line stays in the socket until it is asked for.
#[derive(Debug)]
pub(crate) struct LineReads(pub(crate) TcpStream);

impl AsyncRead for LineReads {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let stream = &mut self.get_mut().0;
        let mut bytes = [0; MOST_AT_ONCE];
        let (most, _) = bytes.split_at_mut(MOST_AT_ONCE.min(buf.remaining()));
        let mut seen = ReadBuf::new(most);
        ready!(stream.poll_peek(cx, &mut seen))?;
        let length = seen.filled().iter().position(|byte| *byte == b'\n').map_or(seen.filled().len(), |end| end + 1);
        let (line, _) = most.split_at_mut(length);
        let mut line = ReadBuf::new(line);
        if length > 0 {
            ready!(Pin::new(stream).poll_read(cx, &mut line))?;
        }
        buf.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineReads {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(cx)
    }
}

impl AsyncTokioStream for LineReads {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    use super::*;

    #[tokio::test]
    async fn a_read_ends_with_the_line_and_nothing_is_lost() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut server, _) = listener.accept().await.unwrap();
        server.write_all(b"220 go\r\n250 forged\r\nend").await.unwrap();
        drop(server);
        let (mut reads, mut buffer) = (LineReads(client), [0; 4_096]);
        for line in ["220 go\r\n", "250 forged\r\n", "end", ""] {
            let length = reads.read(&mut buffer).await.unwrap();
            assert_eq!(String::from_utf8_lossy(&buffer[..length]), line);
        }
    }
}
