//! One HTTP request and its answer.

use actix_web::{
    http::{Method, StatusCode, header::HeaderMap},
    test::TestRequest,
};
use serde_json::Value;

/// A request that is put together.
pub struct Call(pub TestRequest);

/// An answer whose body was JSON, a text of HTML or CSV, or empty.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Call {
    pub fn new(method: &str, path: &str) -> Self {
        let method: Method = method.parse().unwrap();
        Self(TestRequest::default().method(method).uri(path))
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", &format!("/api/v1{path}"))
    }

    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", &format!("/api/v1{path}")).json(body)
    }

    pub fn patch(path: &str, body: &Value) -> Self {
        Self::new("PATCH", &format!("/api/v1{path}")).json(body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").bytes(body.to_string())
    }

    pub fn bytes(self, body: impl Into<Vec<u8>>) -> Self {
        Self(self.0.set_payload(body.into()))
    }

    pub fn header(self, name: &str, value: &str) -> Self {
        Self(self.0.append_header((name, value)))
    }

    /// Says that the body is so long, whatever it is.
    pub fn declared(self, length: usize) -> Self {
        Self(self.0.insert_header(("content-length", length)))
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn cookie(self, pairs: &str) -> Self {
        self.header("cookie", pairs)
    }

    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }
}

impl Reply {
    pub fn new(status: StatusCode, headers: HeaderMap, bytes: &[u8]) -> Self {
        let is_text = headers.get("content-type").is_some_and(|value| {
            value.as_bytes().starts_with(b"text/html") || value.as_bytes().starts_with(b"text/csv")
        });
        let body = match bytes {
            [] => Value::Null,
            bytes if is_text => Value::String(String::from_utf8(bytes.to_vec()).unwrap()),
            bytes => serde_json::from_slice(bytes)
                .unwrap_or_else(|_| panic!("{status} with a body that is not JSON: {bytes:?}")),
        };
        Self { status: status.as_u16(), headers, body }
    }

    /// The body, when the status is this one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The message of an error, when status and code are these.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.body["error"]["code"].as_str()), (status, Some(code)), "{}", self.body);
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(!message.is_empty(), "{}", self.body);
        message.to_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
