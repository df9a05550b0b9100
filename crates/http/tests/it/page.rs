//! The page for people: it is one piece, nothing of it comes from elsewhere, and it shows what the document has.

use serde_json::Value;

use crate::support::{Call, World};

async fn page() -> (String, String, String) {
    let reply = World::new().await.send(Call::get("/docs")).await;
    let header = |name: &str| reply.header(name).unwrap_or_default().to_owned();
    let (media, policy) = (header("content-type"), header("content-security-policy"));
    let Value::String(html) = reply.expect(200) else { panic!("no HTML") };
    (html, media, policy)
}

/// What stands between the tags.
fn inside<'a>(html: &'a str, tag: &str) -> &'a str {
    let (_, rest) = html.split_once(&format!("<{tag}>")).unwrap();
    rest.split_once(&format!("</{tag}>")).unwrap().0
}

#[actix_web::test]
async fn it_is_html_in_one_piece_that_loads_nothing_from_elsewhere() {
    let (html, media, policy) = page().await;
    assert_eq!(media, "text/html; charset=utf-8");
    assert!(html.starts_with("<!doctype html>") && html.trim_end().ends_with("</html>"));
    for outside in ["http://", "https://", "//cdn", "src=", "<link", "@import", "url(", "import(", "{{"] {
        assert!(!html.contains(outside), "{outside}");
    }
    assert!(policy.starts_with("default-src 'none'; ") && policy.contains("connect-src 'self'"), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
}

#[actix_web::test]
async fn its_policy_lets_its_own_code_run_and_no_other() {
    let (html, _, policy) = page().await;
    for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
        let digest = ring::digest::digest(&ring::digest::SHA256, inside(&html, tag).as_bytes());
        let hash = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, digest);
        assert!(policy.contains(&format!("{directive} 'sha256-{hash}'")), "{directive} in {policy}");
    }
    // Neither would be let through by such a policy.
    for inline in ["style=\"", "onclick=", "onload=", "javascript:"] {
        assert!(!html.contains(inline), "{inline}");
    }
}

#[actix_web::test]
async fn it_writes_what_it_shows_as_text() {
    let (html, ..) = page().await;
    for risk in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"] {
        assert!(!html.contains(risk), "{risk}");
    }
}

#[actix_web::test]
async fn it_reads_the_document_beside_it() {
    let (html, ..) = page().await;
    assert!(inside(&html, "script").contains(r#"fetch("openapi.json")"#));
    for shown in ["parameters", "requestBody", "responses", "example", "security", "tags", "summary", "description"] {
        assert!(inside(&html, "script").contains(shown), "{shown}");
    }
    for prefix in upivia_http::PREFIXES {
        World::new().await.send(Call::new("GET", &format!("{prefix}/openapi.json"))).await.expect(200);
    }
}

#[actix_web::test]
async fn errors_at_its_path_stay_json() {
    let world = World::new().await;
    world.send(Call::new("POST", "/api/v1/docs")).await.refused(405, "method_not_allowed");
    world.send(Call::get("/docs/")).await.refused(404, "not_found");
}
