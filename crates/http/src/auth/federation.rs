//! Signing in at a provider of identity: a form sends the browser there, the provider sends it back.
//!
//! What ties both ways together is an encrypted cookie that only the browser that left has, for ten minutes, and that is
//! cleared whatever it comes back with.

use actix_web::{HttpResponse, http::StatusCode};
use upivia_application::sign_in::{Arrival, FederationError, Return};
use upivia_domain::{
    Secret,
    identity::{AuthorizationReply, Cookie},
};

use super::{
    Visit, answers,
    form::{self, Form},
    handlers::{is_from_us, keep},
};
use crate::{
    ApiError,
    cookies::{self, Keep},
};

/// Longer places than anybody goes back to.
const MOST_LANDING_BYTES: usize = 1_024;
/// A cookie of that name was set by this very host, over https.
const SECURE: &str = "__Host-upivia-sign-in";
const PLAIN: &str = "upivia-sign-in";

/// Sends the browser to the provider.
pub(super) async fn depart(visit: Visit) -> Result<HttpResponse, ApiError> {
    let (form, sent) = (Form::read(&visit)?, cookies::read(&visit.http));
    if !is_from_us(&visit, &form, &sent) {
        return answers::error(&visit, &form, StatusCode::FORBIDDEN, "MissingCSRF");
    }
    let landing = form.callback_url.clone().filter(|url| url.len() <= MOST_LANDING_BYTES);
    let departure = match visit.api.parts.sign_ins.depart(provider(&visit)?, landing).await {
        Ok(departure) => departure,
        Err(FederationError::ProviderUnavailable) => {
            let page = answers::error_page(&visit, "OAuthSignin", provider(&visit)?);
            return answers::to(&form, StatusCode::SERVICE_UNAVAILABLE, &page);
        }
        Err(other) => return Err(other.into()),
    };
    let mut response = answers::to(&form, StatusCode::OK, &departure.url)?;
    let cookie = Cookie { name: cookie_name(&visit).to_owned(), value: departure.sealed };
    cookies::set(&visit.api, &mut response, &cookie, Keep::Seconds(departure.seconds))?;
    Ok(response)
}

/// Takes the browser back, with a session or to the page for errors.
pub(super) async fn arrive(visit: Visit) -> Result<HttpResponse, ApiError> {
    let sent = cookies::read(&visit.http);
    let mut response = match back(&visit, &sent).await {
        Ok(arrival) => signed_in(&visit, &sent, &arrival)?,
        Err(NotIn::Page(code)) => answers::redirect(&answers::error_page(&visit, code, provider(&visit)?)),
        Err(NotIn::Failed(error)) => return Err(error),
    };
    cookies::clear(&visit.api, &mut response, [cookie_name(&visit)]);
    Ok(response)
}

/// What went wrong, for browsers without a page of an application.
pub(super) async fn error(visit: Visit) -> Result<HttpResponse, ApiError> {
    let code = parameter(&visit, "error").unwrap_or_default();
    let message = match code.as_str() {
        "AccessDenied" => "this person may not sign in here",
        "OAuthAccountNotLinked" => "the address belongs to a person who is known here by another identity",
        "OAuthSignin" => "the provider of identity is unavailable; try again",
        "OAuthCallback" => "this attempt to sign in does not count; begin again",
        "CredentialsSignin" => "the address or the password is wrong",
        "MissingCSRF" => "the form did not come from a page of this server",
        _ => "signing in failed; begin again",
    };
    Err(ApiError::Forbidden(message.to_owned()))
}

/// Why somebody is not signed in.
enum NotIn {
    /// The page for errors says it, under that code of NextAuth.js.
    Page(&'static str),
    Failed(ApiError),
}

async fn back(visit: &Visit, sent: &[Cookie]) -> Result<Arrival, NotIn> {
    let way = provider(visit).map_err(NotIn::Failed)?;
    // Whatever the provider refuses, it says so before there is a code.
    if let Some(refused) = parameter(visit, "error") {
        let denied = refused == "access_denied";
        return Err(NotIn::Page(if denied { "AccessDenied" } else { "OAuthCallback" }));
    }
    let text = |name| parameter(visit, name).unwrap_or_default();
    let reply = AuthorizationReply {
        code: Secret::new(text("code")),
        state: Secret::new(text("state")),
        issuer: parameter(visit, "iss"),
    };
    let sealed = cookies::find(sent, cookie_name(visit)).map(str::to_owned);
    let arrived = visit.api.parts.sign_ins.arrive(way, Return { sealed, reply, trace: Some(visit.trace.shared()) });
    arrived.await.map_err(|error| match error {
        FederationError::Refused | FederationError::ProviderUnavailable => NotIn::Page("OAuthCallback"),
        FederationError::NotAdmitted => NotIn::Page("AccessDenied"),
        FederationError::NotLinked => NotIn::Page("OAuthAccountNotLinked"),
        FederationError::NotConfigured | FederationError::Unavailable => NotIn::Failed(error.into()),
    })
}

fn signed_in(visit: &Visit, sent: &[Cookie], arrival: &Arrival) -> Result<HttpResponse, ApiError> {
    let mut response = answers::redirect(&answers::landing_page(visit, arrival.landing.as_deref()));
    keep(&visit.api, &mut response, sent, &arrival.open)?;
    // Whoever was here before may have been elsewhere.
    cookies::clear(&visit.api, &mut response, [cookies::WORKSPACE, cookies::TEAM]);
    Ok(response)
}

fn provider(visit: &Visit) -> Result<&str, ApiError> {
    let known = visit.api.parts.sign_ins.federation().map(|federation| federation.id);
    let named = visit.http.match_info().get("provider");
    named.filter(|named| known == Some(*named)).ok_or(ApiError::NotFound("way to sign in"))
}

fn cookie_name(visit: &Visit) -> &'static str {
    if visit.api.parts.site.is_secure() { SECURE } else { PLAIN }
}

/// The first one of that name; nobody sends two.
fn parameter(visit: &Visit, name: &str) -> Option<String> {
    form::pairs(visit.http.query_string().as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value)
}
