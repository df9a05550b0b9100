//! A browser that signs in and says yes to everything, until it is sent to us.

use std::collections::BTreeMap;

use reqwest::{
    Client, Response, StatusCode, Url,
    header::{COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use upivia_domain::{Secret, identity::AuthorizationReply};

/// More steps than the provider needs.
const MOST_STEPS: usize = 12;

struct Browser {
    client: Client,
    cookies: BTreeMap<String, String>,
}

/// Goes where it is sent, signs in as `login`, and comes back.
pub async fn sign_in(url: &str, login: &str) -> AuthorizationReply {
    let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
    let mut browser = Browser { client, cookies: BTreeMap::new() };
    let mut url = Url::parse(url).unwrap();
    for _ in 0..MOST_STEPS {
        if url.path() == "/back" {
            return reply(&url);
        }
        url = browser.step(&url, login).await;
    }
    panic!("still on the way at {url}");
}

impl Browser {
    /// Where a page leads: a redirect, or the answer to the form on it.
    async fn step(&mut self, url: &Url, login: &str) -> Url {
        let page = self.send(self.client.get(url.clone())).await;
        if let Some(next) = location(&page) {
            return next;
        }
        assert_eq!(page.status(), StatusCode::OK, "at {url}");
        let text = page.text().await.unwrap();
        let answer = if text.contains(r#"name="login""#) {
            format!("prompt=login&login={login}&password=any")
        } else {
            "prompt=consent".to_owned()
        };
        let post = self.client.post(url.clone()).header("content-type", "application/x-www-form-urlencoded");
        let answered = self.send(post.body(answer)).await;
        location(&answered).unwrap_or_else(|| panic!("the form at {url} leads nowhere: {}", answered.status()))
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> Response {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header(COOKIE, cookies.join("; ")).send().await.unwrap();
        for cookie in response.headers().get_all(SET_COOKIE) {
            let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        response
    }
}

fn location(response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION)?;
    Some(response.url().join(location.to_str().unwrap()).unwrap())
}

fn reply(url: &Url) -> AuthorizationReply {
    let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    AuthorizationReply {
        code: Secret::new(value("code").unwrap_or_else(|| panic!("no code in {url}"))),
        state: Secret::new(value("state").unwrap()),
        issuer: value("iss"),
    }
}
