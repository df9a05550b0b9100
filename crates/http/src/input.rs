//! What a handler gets to see of an HTTP request.

use std::{str::FromStr, sync::Arc};

use actix_web::{
    HttpRequest,
    http::header::HeaderName,
    web::{Bytes, Payload},
};
use serde::de::DeserializeOwned;
use upivia_application::access::{Author, Initiator, Principal, UserCaller};

use crate::{Api, ApiError, body, query::Query, route::Route, trace::TraceId};

/// A request whose sender was let in.
pub struct Input {
    pub(crate) api: Arc<Api>,
    pub(crate) trace: TraceId,
    http: HttpRequest,
    body: Bytes,
}

impl Input {
    pub(crate) async fn read(
        api: Arc<Api>,
        route: &Route,
        http: HttpRequest,
        payload: Payload,
        trace: TraceId,
    ) -> Result<Self, ApiError> {
        let body = match route.method.has_body() {
            true => body::read(http.headers(), payload, api.parts.body_within).await?,
            false => Bytes::new(),
        };
        Ok(Self { api, trace, http, body })
    }

    /// A part of the path. One that cannot be an id names nothing: not found.
    pub(crate) fn path<T: FromStr>(&self, name: &str, what: &'static str) -> Result<T, ApiError> {
        self.http.match_info().get(name).and_then(|text| text.parse().ok()).ok_or(ApiError::NotFound(what))
    }

    pub(crate) fn query(&self) -> Result<Query, ApiError> {
        Query::of(&self.http)
    }

    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        body::parse(&self.body)
    }

    /// The body as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// A header as text. Sent twice with different values, or not UTF-8: nobody can tell what is meant.
    pub(crate) fn header(&self, name: &HeaderName) -> Result<Option<&str>, ApiError> {
        let unclear = |message: &str| ApiError::invalid(name.as_str(), message);
        let mut values = self.http.headers().get_all(name);
        let Some(first) = values.next() else { return Ok(None) };
        if values.any(|other| other != first) {
            return Err(unclear("is there twice with different values"));
        }
        std::str::from_utf8(first.as_bytes()).map(Some).map_err(|_| unclear("is not UTF-8"))
    }

    /// The request, for what browsers send beside it.
    pub(crate) const fn http(&self) -> &HttpRequest {
        &self.http
    }

    /// Counts a use of a link, or the wish for one: ten for a name and fifty from an address in five minutes.
    pub(crate) fn begin_link(&self, name: &str) -> Result<(), ApiError> {
        let peer = self.http.peer_addr().map(|peer| peer.ip());
        self.api.links.begin(name, peer, self.api.parts.clock.now().micros())
    }

    /// The sender as the author of a change.
    pub(crate) fn author(&self, caller: UserCaller) -> Author {
        Author { caller, trace: Some(self.trace.shared()) }
    }

    /// The sender as the one who begins a change that agents may make too.
    pub(crate) fn initiator(&self, principal: Principal) -> Initiator {
        Initiator { principal, trace: Some(self.trace.shared()) }
    }
}
