//! The caller of a session cookie.

use actix_web::HttpRequest;
use upivia_domain::{
    OrgId,
    identity::{Cookie, SessionClaims},
};

use crate::{Api, ApiError, cookies, forgery, guard::Permit, route::Access};
use upivia_application::access::UserCaller;

const ELSEWHERE: &str = "this session does not act in the workspace that the browser remembers; GET /workspaces says where it \
                         acts now, and from then on the browser remembers that";

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
    ///
    /// Where the session does not act in the workspace that its cookie names, it acts in another one of the person; but a change
    /// is never made elsewhere than the person thinks.
    pub(crate) async fn caller(
        &self,
        api: &Api,
        access: &Access,
        http: &HttpRequest,
    ) -> Result<(UserCaller, Permit), ApiError> {
        // No bearer token has a line break in it: nobody takes what belongs to this person.
        let who = format!("session\n{}", self.claims.subject);
        let permit = api.guard.claimant(Some(&who), http.peer_addr().map(|peer| peer.ip()))?;
        forgery::check(api, http, &self.cookies)?;
        // One that cannot be is one where nobody acts.
        let workspace = cookies::find(&self.cookies, cookies::WORKSPACE).map(|text| text.parse::<OrgId>().ok());
        let caller = api.parts.sign_ins.authenticate(&self.claims, workspace.flatten()).await?;
        let permit = api.guard.proven(permit, &who)?;
        let is_elsewhere = workspace.is_some_and(|named| named != Some(caller.org));
        if is_elsewhere && !http.method().is_safe() && !is_about_oneself(access) {
            return Err(ApiError::Forbidden(ELSEWHERE.to_owned()));
        }
        Ok((caller, permit))
    }
}

/// What is the same in whichever workspace a person is.
const fn is_about_oneself(access: &Access) -> bool {
    matches!(access, Access::Session(_) | Access::Member(_) | Access::Open(_))
}
