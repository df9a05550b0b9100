//! The endpoints by which browsers sign in, as the client of NextAuth.js speaks to them: below `/api/auth`, beside the API
//! and not part of it.
//!
//! Deliberately absent: pages. A browser without a page of an application gets JSON.

mod answers;
mod federation;
mod form;
pub(crate) mod handlers;

use std::{panic::AssertUnwindSafe, sync::Arc};

use actix_web::{
    HttpRequest, HttpResponse, Scope,
    http::header::{CACHE_CONTROL, HeaderValue},
    web::{self, Payload},
};
use futures::{FutureExt, future::LocalBoxFuture};

use crate::{Api, ApiError, body, headers, trace::TraceId};

/// Where they are.
const PREFIX: &str = "/api/auth";

/// A request to one of them.
struct Visit {
    api: Arc<Api>,
    http: HttpRequest,
    body: web::Bytes,
    trace: TraceId,
}

type Handler = fn(Visit) -> LocalBoxFuture<'static, Result<HttpResponse, ApiError>>;

/// All of them.
pub(crate) fn scope(api: &Arc<Api>) -> Scope {
    let scope = web::scope(PREFIX);
    let scope = scope.route("/csrf", web::get().to(served(api, |visit| Box::pin(handlers::csrf(visit)))));
    let scope = scope.route("/providers", web::get().to(served(api, |visit| Box::pin(handlers::providers(visit)))));
    let scope = scope.route("/session", web::get().to(served(api, |visit| Box::pin(handlers::session(visit)))));
    let scope = scope.route("/signout", web::post().to(served(api, |visit| Box::pin(handlers::sign_out(visit)))));
    let scope =
        scope.route("/callback/credentials", web::post().to(served(api, |visit| Box::pin(handlers::sign_in(visit)))));
    let scope =
        scope.route("/signin/{provider}", web::post().to(served(api, |visit| Box::pin(federation::depart(visit)))));
    let scope =
        scope.route("/callback/{provider}", web::get().to(served(api, |visit| Box::pin(federation::arrive(visit)))));
    scope.route("/error", web::get().to(served(api, |visit| Box::pin(federation::error(visit)))))
}

fn served(
    api: &Arc<Api>,
    handler: Handler,
) -> impl Fn(HttpRequest, Payload) -> LocalBoxFuture<'static, HttpResponse> + Clone + 'static {
    let api = Arc::clone(api);
    move |http, payload| Box::pin(serve(Arc::clone(&api), handler, http, payload))
}

/// A panic is an answer too. Nothing of this is for caches.
async fn serve(api: Arc<Api>, handler: Handler, http: HttpRequest, payload: Payload) -> HttpResponse {
    let trace = TraceId::of(&http, &*api.parts.ids);
    let handled = handle(Arc::clone(&api), handler, (http, payload), trace.clone());
    let handled = AssertUnwindSafe(handled).catch_unwind().await;
    let mut response = handled.unwrap_or(Err(ApiError::Internal)).unwrap_or_else(|error| {
        api.metrics.refused(&error);
        error.response()
    });
    tracing::debug!(trace = trace.as_str(), status = response.status().as_u16(), "answered below /api/auth");
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache, no-store"));
    trace.stamp(response)
}

async fn handle(
    api: Arc<Api>,
    handler: Handler,
    (http, payload): (HttpRequest, Payload),
    trace: TraceId,
) -> Result<HttpResponse, ApiError> {
    headers::check(http.headers())?;
    let _permit = api.guard.visitor(http.peer_addr().map(|peer| peer.ip()))?;
    let body = match http.method().is_safe() {
        true => web::Bytes::new(),
        false => body::read_any(http.headers(), payload, api.parts.body_within).await?,
    };
    handler(Visit { api, http, body, trace }).await
}
