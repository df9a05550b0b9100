//! The caller of a session cookie.

use actix_web::HttpRequest;
use upivia_domain::identity::{Cookie, SessionClaims};

use crate::{Api, ApiError, cookies, forgery, guard::Permit};
use upivia_application::access::UserCaller;

/// A session that was not forged; whether it still counts is not known yet.
pub(crate) struct Shown {
    claims: SessionClaims,
    cookies: Vec<Cookie>,
}

/// The session among the cookies of a request.
pub(crate) fn shown(api: &Api, http: &HttpRequest) -> Option<Shown> {
    let cookies = cookies::read(http);
    let claims = (!cookies.is_empty()).then(|| api.parts.sign_ins.claimed(&cookies)).flatten()?;
    Some(Shown { claims, cookies })
}

impl Shown {
    /// The caller, and their place among the requests of this person. A change must come from a page of ours.
    pub(crate) async fn caller(&self, api: &Api, http: &HttpRequest) -> Result<(UserCaller, Permit), ApiError> {
        // No bearer token has a line break in it: nobody takes what belongs to this person.
        let who = format!("session\n{}", self.claims.subject);
        let permit = api.guard.claimant(Some(&who), http.peer_addr().map(|peer| peer.ip()))?;
        forgery::check(api, http, &self.cookies)?;
        let workspace = match cookies::find(&self.cookies, cookies::WORKSPACE) {
            // One that cannot be is nobody's: never act elsewhere than the person thinks.
            Some(text) => Some(text.parse().map_err(|_| ApiError::Unauthorized)?),
            None => None,
        };
        let caller = api.parts.sign_ins.authenticate(&self.claims, workspace).await?;
        Ok((caller, api.guard.proven(permit, &who)?))
    }
}
