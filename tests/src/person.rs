//! Somebody who was invited: follows the link, signs in as a browser does, and makes a personal token.

use anyhow::{Context, Result, ensure};
use reqwest::{
    Method, RequestBuilder, Response,
    header::{COOKIE, SET_COOKIE},
};
use serde_json::{Value, json};

use crate::{Api, Server};

/// Too short a password is refused; this one is not.
const PASSWORD: &str = "correct horse battery";

/// A person with a credential of their own.
#[derive(Clone, Debug)]
pub struct Person {
    /// Their id.
    pub id: String,
    /// A client with their personal token.
    pub api: Api,
}

impl Person {
    /// Joins the owner's organization by an invitation to that address, which says more in `terms`: role, team.
    pub async fn join(server: &Server, owner: &Api, org: &str, email: &str, terms: &Value) -> Result<Self> {
        let mut invite = terms.clone();
        invite["email"] = email.into();
        let invited = owner.post(&format!("/orgs/{org}/invites"), &invite).await?.ok()?;
        let token = invited["token"].as_str().context("no token of an invitation")?;
        let anybody = server.api("")?;
        let accepted = json!({"name": "Invited", "password": PASSWORD});
        anybody.post(&format!("/invites/{token}/accept"), &accepted).await?.ok()?;
        let session = signed_in(&server.base(), &anybody, email).await?;
        let made = anybody.request(Method::POST, "/personal-tokens").header(COOKIE, session);
        let made = anybody.send(made.json(&json!({"name": "Own"}))).await?.ok()?;
        let api = owner.with_key(made["token"].as_str().context("no personal token")?);
        let who = api.get("/whoami").await?.ok()?;
        Ok(Self { id: who["user"]["id"].as_str().context("no id of a person")?.to_owned(), api })
    }
}

/// The cookies of a new session.
async fn signed_in(base: &str, anybody: &Api, email: &str) -> Result<String> {
    let auth = |method, path: &str| -> RequestBuilder { anybody.request_at(method, &format!("{base}/api/auth{path}")) };
    let csrf = auth(Method::GET, "/csrf").send().await?;
    let cookie = cookies(&csrf);
    let token: Value = csrf.json().await?;
    let form = json!({"csrfToken": token["csrfToken"], "email": email, "password": PASSWORD});
    let done = auth(Method::POST, "/callback/credentials").header(COOKIE, cookie).json(&form).send().await?;
    ensure!(done.status().is_success(), "signing in as {email} was answered HTTP {}", done.status());
    Ok(cookies(&done))
}

/// What a browser would send back of an answer's cookies.
fn cookies(response: &Response) -> String {
    let all = response.headers().get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
    let kept = all.filter(|text| !text.contains("Max-Age=0")).filter_map(|text| text.split(';').next());
    kept.collect::<Vec<_>>().join("; ")
}
