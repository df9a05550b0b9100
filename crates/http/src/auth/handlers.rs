//! One function for each endpoint.

use std::iter::once;

use actix_web::{HttpResponse, http::StatusCode};
use serde_json::{Map, json};
use upivia_application::sign_in::{OpenSession, SignInError};
use upivia_domain::identity::{Cookie, Email};

use super::{Visit, answers, form::Form};
use crate::{
    Api, ApiError,
    cookies::{self, Keep},
    forgery,
    v1::present::ok,
};

/// The token that every form here must bring, and its cookie.
pub(super) async fn csrf(visit: Visit) -> Result<HttpResponse, ApiError> {
    let known = visit.api.parts.csrf.read(&cookies::read(&visit.http));
    if let Some(token) = known {
        return ok(&json!({ "csrfToken": token.expose() }));
    }
    let issued = visit.api.parts.csrf.issue();
    let mut response = ok(&json!({ "csrfToken": issued.token.expose() }))?;
    cookies::set(&visit.api, &mut response, &issued.cookie, Keep::Open)?;
    Ok(response)
}

/// The ways to sign in.
pub(super) async fn providers(visit: Visit) -> Result<HttpResponse, ApiError> {
    let base = visit.api.parts.site.base(&visit.http);
    let way = |id: &str, name: &str, kind: &str| {
        let (begin, end) = (format!("{base}/api/auth/signin/{id}"), format!("{base}/api/auth/callback/{id}"));
        (id.to_owned(), json!({ "id": id, "name": name, "type": kind, "signinUrl": begin, "callbackUrl": end }))
    };
    let federation = visit.api.parts.sign_ins.federation().map(|one| way(one.id, &one.name, "oidc"));
    ok(&once(way("credentials", "Password", "credentials")).chain(federation).collect::<Map<_, _>>())
}

/// Who is signed in, with a later end; an empty object for nobody.
pub(super) async fn session(visit: Visit) -> Result<HttpResponse, ApiError> {
    let sent = cookies::read(&visit.http);
    let Some(open) = visit.api.parts.sign_ins.renew(&sent).await? else {
        let mut response = ok(&json!({}))?;
        let names = visit.api.parts.sign_ins.names_among(&sent);
        cookies::clear(&visit.api, &mut response, names.iter().map(String::as_str));
        return Ok(response);
    };
    let mut user = json!({ "id": open.user, "email": open.email.as_str() });
    if let Some(name) = visit.api.parts.sign_ins.name_of(open.user).await? {
        user["name"] = name.as_str().into();
    }
    let mut response = ok(&json!({ "user": user, "expires": open.expires_at.to_string() }))?;
    keep(&visit.api, &mut response, &sent, &open)?;
    Ok(response)
}

/// Signs in by address and password. A wrong one and an unknown one are the same answer, at the same cost.
pub(super) async fn sign_in(visit: Visit) -> Result<HttpResponse, ApiError> {
    let (form, sent) = (Form::read(&visit)?, cookies::read(&visit.http));
    if !is_from_us(&visit, &form, &sent) {
        return answers::error(&visit, &form, StatusCode::FORBIDDEN, "MissingCSRF");
    }
    let (account, peer) = (form.email.trim().to_lowercase(), visit.http.peer_addr().map(|peer| peer.ip()));
    let now = visit.api.parts.clock.now().micros();
    visit.api.attempts.begin(&account, peer, now)?;
    let email: Option<Email> = account.parse().ok();
    let open = match visit.api.parts.sign_ins.sign_in(email.as_ref(), &form.password).await {
        Ok(open) => open,
        Err(SignInError::Refused) => {
            return answers::error(&visit, &form, StatusCode::UNAUTHORIZED, "CredentialsSignin");
        }
        Err(other) => return Err(other.into()),
    };
    visit.api.attempts.succeeded(&account, peer, now);
    let mut response = answers::back(&visit, &form)?;
    keep(&visit.api, &mut response, &sent, &open)?;
    // Whoever was here before may have been elsewhere.
    cookies::clear(&visit.api, &mut response, [cookies::WORKSPACE, cookies::TEAM]);
    Ok(response)
}

/// Takes the cookies away. A copy of them counts until it ends or the person ends all of their sessions.
pub(super) async fn sign_out(visit: Visit) -> Result<HttpResponse, ApiError> {
    let (form, sent) = (Form::read(&visit)?, cookies::read(&visit.http));
    if !is_from_us(&visit, &form, &sent) {
        return answers::error(&visit, &form, StatusCode::FORBIDDEN, "MissingCSRF");
    }
    let mut response = answers::back(&visit, &form)?;
    let names = visit.api.parts.sign_ins.names_among(&sent);
    cookies::clear(
        &visit.api,
        &mut response,
        names.iter().map(String::as_str).chain([cookies::WORKSPACE, cookies::TEAM]),
    );
    Ok(response)
}

/// The form brings the token of the cookie, and no browser says that it comes from elsewhere.
pub(super) fn is_from_us(visit: &Visit, form: &Form, sent: &[Cookie]) -> bool {
    forgery::is_ours(&visit.api, &visit.http) && visit.api.parts.csrf.verify(sent, &form.csrf_token)
}

/// Sends the cookies of a session, and clears what is left of others.
pub(crate) fn keep(
    api: &Api,
    response: &mut HttpResponse,
    sent: &[Cookie],
    open: &OpenSession,
) -> Result<(), ApiError> {
    let names = api.parts.sign_ins.names_among(sent);
    let left = names.iter().map(String::as_str).filter(|name| open.cookies.iter().all(|new| new.name != *name));
    cookies::clear(api, response, left);
    let micros = open.expires_at.micros().saturating_sub(api.parts.clock.now().micros());
    for cookie in &open.cookies {
        cookies::set(api, response, cookie, Keep::Seconds(micros.div_euclid(1_000_000)))?;
    }
    Ok(())
}
