//! The one way through which every request goes: who is it, may they, read, handle, answer.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Instant};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method as HttpMethod,
        header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, COOKIE, HeaderValue, VARY},
    },
    web::Payload,
};
use futures::FutureExt;
use upivia_application::access::{AgentCaller, Principal, UserCaller};
use upivia_domain::identity::Permission;

use crate::{
    Api, ApiError, Input, bearer,
    error::missing,
    guard::Permit,
    headers,
    metrics::{self, Elsewhere, Series},
    route::{Access, Route},
    session::{self, Shown},
    trace::TraceId,
};

/// Serves a request that belongs to a route. A panic is an answer too: the connection must not just end.
pub(crate) async fn serve(
    api: Arc<Api>,
    (route, series): (&'static Route, Series),
    http: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let (began, _under_way) = (Instant::now(), api.metrics.begin());
    let trace = TraceId::of(&http, &*api.parts.ids);
    let shows_credential = [AUTHORIZATION, COOKIE].iter().any(|name| http.headers().contains_key(name));
    let handled = AssertUnwindSafe(handle(Arc::clone(&api), route, http, payload, trace.clone())).catch_unwind().await;
    let outcome = handled.unwrap_or(Err(ApiError::Internal));
    log(route, &trace, &outcome);
    let mut response = outcome.unwrap_or_else(|error| {
        api.metrics.refused(&error);
        error.response()
    });
    api.metrics.answered(series, response.status(), began.elapsed());
    if is_private(&route.access, shows_credential) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if matches!(route.access, Access::Open(_)) {
        response.headers_mut().insert(VARY, HeaderValue::from_static("Authorization, Cookie"));
    }
    trace.stamp(response)
}

/// Whether an answer is for its caller alone.
const fn is_private(access: &Access, shows_credential: bool) -> bool {
    match access {
        Access::Public(_) => false,
        Access::Open(_) => shows_credential,
        _ => true,
    }
}

/// Answers a request that belongs to no route.
pub(crate) fn refuse(api: &Api, http: &HttpRequest, error: &ApiError) -> HttpResponse {
    let response = error.response();
    api.metrics.unmatched(http.method(), response.status());
    TraceId::of(http, &*api.parts.ids).stamp(response)
}

/// Answers what is asked at the path of the metrics: whoever may not read them learns nothing from it.
pub(crate) fn metrics(api: &Api, http: &HttpRequest) -> HttpResponse {
    let reads = matches!(*http.method(), HttpMethod::GET | HttpMethod::HEAD);
    if !reads || !api.parts.metrics.lets_in(http) {
        return refuse(api, http, &ApiError::NotFound("path"));
    }
    let text = api.metrics.text(&Elsewhere {
        in_hand: api.parts.dispatcher.in_hand(),
        written: api.parts.writes.so_far(),
        money: api.parts.gauges.read(),
        mails: api.parts.mails.read(),
        settle_lag: api.parts.dispatcher.settle_lag(),
    });
    let response = HttpResponse::Ok().insert_header((CONTENT_TYPE, metrics::CONTENT_TYPE)).body(text);
    TraceId::of(http, &*api.parts.ids).stamp(response)
}

async fn handle(
    api: Arc<Api>,
    route: &'static Route,
    http: HttpRequest,
    payload: Payload,
    trace: TraceId,
) -> Result<HttpResponse, ApiError> {
    headers::check(http.headers())?;
    if let Access::Signed(check, handler) = route.access {
        // The signature is over the body: it must be read to know who sends it, within the limits of an address.
        let _permit = api.guard.visitor(http.peer_addr().map(|peer| peer.ip()))?;
        let input = Input::read(Arc::clone(&api), route, http, payload, trace).await?;
        return handler(check(&input)?, input).await;
    }
    // Whoever is not let in is not listened to either: the body is read last. The permit is held until the answer.
    let (principal, _permit) = identify(&api, &route.access, &http).await?;
    let allowed = admit(route, principal)?;
    allowed(Input::read(api, route, http, payload, trace).await?).await
}

/// The caller, and a place among the requests of this caller. What is too much is refused before it is looked up.
///
/// A bearer token is tried first. Where there is none, or where it opens nothing, a session may.
async fn identify(api: &Api, access: &Access, http: &HttpRequest) -> Result<(Option<Principal>, Permit), ApiError> {
    let visitor = || Ok((None, api.guard.visitor(http.peer_addr().map(|peer| peer.ip()))?));
    if matches!(access, Access::Public(_)) {
        return visitor();
    }
    if http.headers().contains_key(AUTHORIZATION) {
        return match by_token(api, access, http).await {
            Err(ApiError::Unauthorized) => match session::shown(api, http) {
                Some(shown) => by_session(api, access, &shown, http).await,
                None => Err(ApiError::Unauthorized),
            },
            other => other,
        };
    }
    match (session::shown(api, http), access) {
        (Some(shown), _) => by_session(api, access, &shown, http).await,
        (None, Access::Open(_)) => visitor(),
        (None, _) => by_token(api, access, http).await,
    }
}

async fn by_token(api: &Api, access: &Access, http: &HttpRequest) -> Result<(Option<Principal>, Permit), ApiError> {
    let token = bearer::token(http);
    let permit = api.guard.claimant(token.as_deref().ok(), http.peer_addr().map(|peer| peer.ip()))?;
    let token = token?;
    let principal = match access {
        Access::Dispatch(_) => api.parts.access.authenticate_for_dispatch(token).await?,
        _ => api.parts.access.authenticate(token).await?,
    };
    Ok((Some(principal), api.guard.proven(permit, token)?))
}

async fn by_session(
    api: &Api,
    access: &Access,
    shown: &Shown,
    http: &HttpRequest,
) -> Result<(Option<Principal>, Permit), ApiError> {
    let (caller, permit) = shown.caller(api, access, http).await?;
    Ok((Some(Principal::User(caller)), permit))
}

/// The handler with its caller, or why this caller has none here.
fn admit(
    route: &Route,
    principal: Option<Principal>,
) -> Result<Box<dyn FnOnce(Input) -> crate::route::Answer>, ApiError> {
    Ok(match (route.access, principal) {
        (Access::Public(handler), _) => Box::new(handler),
        (Access::Open(handler), caller) => Box::new(move |input| handler(caller, input)),
        (_, None) | (Access::Signed(..), Some(_)) => return Err(ApiError::Unauthorized),
        (Access::Dispatch(handler) | Access::Agent(handler), Some(principal)) => {
            let caller = agent(principal)?;
            Box::new(move |input| handler(caller, input))
        }
        (Access::Session(handler), Some(principal)) => {
            let caller = signed_in(principal)?;
            Box::new(move |input| handler(caller, input))
        }
        (Access::SignedIn(permission, handler), Some(principal)) => {
            let caller = person(Principal::User(signed_in(principal)?), permission)?;
            Box::new(move |input| handler(caller, input))
        }
        (Access::Member(handler), Some(principal)) => {
            let caller = member(principal, route.changes)?;
            Box::new(move |input| handler(caller, input))
        }
        (Access::Person(permission, handler), Some(principal)) => {
            let caller = person(principal, permission)?;
            Box::new(move |input| handler(caller, input))
        }
        (Access::PersonOrAgent(permission, handler), Some(Principal::User(caller))) => {
            let caller = Principal::User(person(Principal::User(caller), permission)?);
            Box::new(move |input| handler(caller, input))
        }
        (Access::PersonOrAgent(_, handler) | Access::Anyone(handler), Some(caller)) => {
            Box::new(move |input| handler(caller, input))
        }
    })
}

fn agent(principal: Principal) -> Result<AgentCaller, ApiError> {
    match principal {
        Principal::Agent(caller) => Ok(caller),
        Principal::User(_) => {
            Err(ApiError::Forbidden("this endpoint takes an agent key, not a personal token".to_owned()))
        }
    }
}

fn signed_in(principal: Principal) -> Result<UserCaller, ApiError> {
    match principal {
        Principal::User(caller) if caller.credential.is_none() => Ok(caller),
        Principal::User(_) | Principal::Agent(_) => {
            Err(ApiError::Forbidden("this endpoint takes a session of a person who signed in, not a token".to_owned()))
        }
    }
}

/// A token that was made for less than all that its owner may does not move its owner.
fn member(principal: Principal, changes: bool) -> Result<UserCaller, ApiError> {
    match principal {
        Principal::User(caller) if changes && caller.scope.is_some() => {
            Err(ApiError::Forbidden("this endpoint takes no personal token with chosen permissions".to_owned()))
        }
        Principal::User(caller) => Ok(caller),
        Principal::Agent(_) => {
            Err(ApiError::Forbidden("this endpoint takes a personal token, not an agent key".to_owned()))
        }
    }
}

fn person(principal: Principal, permission: Permission) -> Result<UserCaller, ApiError> {
    match principal {
        Principal::User(caller) if caller.may(permission) => Ok(caller),
        Principal::User(_) => Err(ApiError::Forbidden(missing(permission.as_str()))),
        Principal::Agent(_) => {
            Err(ApiError::Forbidden("this endpoint takes a personal token, not an agent key".to_owned()))
        }
    }
}

fn log(route: &Route, trace: &TraceId, outcome: &Result<HttpResponse, ApiError>) {
    let (method, path, trace) = (route.method.as_str(), route.path, trace.as_str());
    match outcome {
        Ok(response) => tracing::debug!(method, path, trace, status = response.status().as_u16(), "answered"),
        Err(ApiError::Internal) => tracing::error!(method, path, trace, "a handler failed"),
        Err(error) => {
            tracing::debug!(method, path, trace, status = error.kind().0.as_u16(), code = error.kind().1, "refused")
        }
    }
}
