//! One request and its answer, told apart by what is certain: not sent, answered, or lost on the way.

use reqwest::{Error, RequestBuilder, Response};

/// What became of a request.
#[derive(Debug)]
pub enum Exchange {
    /// Certainly not sent: there never was a connection.
    NotSent(Error),
    /// Sent, perhaps in part, and no status came back.
    Lost(Error),
    /// A status came back.
    Answered {
        /// The HTTP status.
        status: u16,
        /// What followed it.
        body: Body,
    },
}

/// The body of an answer.
#[derive(Debug)]
pub enum Body {
    /// All of it.
    Whole(Vec<u8>),
    /// Longer than allowed.
    TooLong,
    /// Broken off, or too late.
    Cut,
}

/// Sends a request once and reads at most `most_bytes` of the answer.
pub async fn exchange(request: RequestBuilder, most_bytes: usize) -> Exchange {
    match request.send().await {
        Ok(response) => {
            Exchange::Answered { status: response.status().as_u16(), body: read(response, most_bytes).await }
        }
        Err(error) if error.is_connect() || error.is_builder() => Exchange::NotSent(error),
        Err(error) => Exchange::Lost(error),
    }
}

async fn read(mut response: Response, most_bytes: usize) -> Body {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len().saturating_add(chunk.len()) <= most_bytes => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => return Body::TooLong,
            Ok(None) => return Body::Whole(bytes),
            Err(_) => return Body::Cut,
        }
    }
}
