"""Signing in by a real OpenID provider, as the browser client of NextAuth.js does it; the session then serves the client."""

from __future__ import annotations

import os
import time
from typing import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from upivia import UpiviaClient

from fake_provider import FakeProvider
from identity_provider import IdentityProvider, sign_in_at
from server import PASSWORD, Server, until_verified

# Browsers know the server by this name; the tests know where it really is.
PUBLIC = "http://upivia.test"
BACK = f"{PUBLIC}/api/auth/callback/oidc"
SESSION = "next-auth.session-token"
ATTEMPT = "upivia-sign-in"
DOMAIN = "example.com"


class Browser:
    """Keeps cookies, sends forms, and follows nothing by itself."""

    def __init__(self, base: str) -> None:
        self.client = httpx.Client(base_url=base, follow_redirects=False, trust_env=False, timeout=20)

    def leave(self) -> str:
        """Where the button of the provider leads."""
        token = self.client.get("/api/auth/csrf").json()["csrfToken"]
        form = {"csrfToken": token, "callbackUrl": f"{PUBLIC}/agents", "json": "true"}
        answer = self.client.post("/api/auth/signin/oidc", data=form)
        assert answer.status_code == 200, answer.text
        return answer.json()["url"]

    def come(self, url: str) -> str:
        """Comes back with that address; where it is sent then."""
        answer = self.client.get(url.removeprefix(PUBLIC))
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def sign_in(self, login: str) -> str:
        return self.come(sign_in_at(self.leave(), login, BACK))

    def copy(self) -> Browser:
        copied = Browser(str(self.client.base_url))
        copied.client.cookies.update(self.client.cookies)
        return copied

    def has(self, cookie: str) -> bool:
        return cookie in self.client.cookies

    def session(self) -> dict[str, object]:
        return self.client.get("/api/auth/session").json()


def error(code: str) -> str:
    return f"{PUBLIC}/api/auth/error?error={code}&provider=oidc"


def with_parameter(url: str, **changed: str) -> str:
    parts = urlsplit(url)
    return parts._replace(query=urlencode(dict(parse_qsl(parts.query)) | changed)).geturl()


@pytest.fixture(scope="module")
def identity_provider() -> Iterator[IdentityProvider]:
    started = IdentityProvider(BACK)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def oidc_server(
    identity_provider: IdentityProvider, provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    settings = {
        "UPIVIA_BASE_URL": PUBLIC,
        "UPIVIA_SIGN_IN_OIDC_ISSUER": identity_provider.issuer,
        "UPIVIA_SIGN_IN_OIDC_CLIENT_ID": "basic",
        "UPIVIA_SIGN_IN_OIDC_CLIENT_SECRET": "a secret & more",
        "UPIVIA_SIGN_IN_OIDC_NAME": "Acme",
    }
    served = Server(tmp_path_factory.mktemp("oidc"), store, provider.url, 1_000, settings)
    # Somebody whose address the provider knows, too. The embedded database belongs to one process at a time.
    served.pause()
    served.run("bootstrap", "--org", "known", "--email", f"ada@{DOMAIN}", "--password-stdin", stdin=PASSWORD)
    served.base = served.serve()
    yield from until_verified(served)


def restarted(served: Server, **settings: str) -> str:
    served.pause()
    served.env |= settings
    served.base = served.serve()
    return served.base


def test_a_person_of_the_provider_gets_a_session_that_the_client_takes(oidc_server: Server) -> None:
    browser = Browser(oidc_server.base)
    ways = browser.client.get("/api/auth/providers").json()
    assert (ways["oidc"]["name"], ways["oidc"]["callbackUrl"]) == ("Acme", BACK)
    for _ in range(2):
        assert browser.sign_in("ada") == f"{PUBLIC}/agents"
        assert browser.has(SESSION) and not browser.has(ATTEMPT)
        assert browser.session()["user"]["email"] == f"ada@{DOMAIN}"
    cookie = "; ".join(f"{name}={value}" for name, value in browser.client.cookies.items())
    with UpiviaClient(base_url=oidc_server.base, default_headers={"cookie": cookie}) as signed_in:
        assert [workspace["name"] for workspace in signed_in.workspaces.list()["workspaces"]] == ["known"]


def test_people_without_a_place_here_are_refused(oidc_server: Server) -> None:
    for login in ("eve", "unverified"):
        browser = Browser(oidc_server.base)
        assert browser.sign_in(login) == error("AccessDenied")
        assert not browser.has(SESSION) and browser.session() == {}


def test_an_address_that_went_to_somebody_else_opens_nothing(oidc_server: Server) -> None:
    Browser(oidc_server.base).sign_in("ada")
    heir = Browser(oidc_server.base)
    assert heir.sign_in("ada.heir") == error("OAuthAccountNotLinked")
    assert not heir.has(SESSION)


def test_a_way_back_counts_for_its_own_attempt_once(oidc_server: Server) -> None:
    browser = Browser(oidc_server.base)
    back = sign_in_at(browser.leave(), "ada", BACK)
    assert Browser(oidc_server.base).come(back) == error("OAuthCallback"), "another browser"
    wrong = browser.copy()
    assert wrong.come(with_parameter(back, state="0" * 64)) == error("OAuthCallback"), "another state"
    replaying = browser.copy()
    assert browser.come(back) == f"{PUBLIC}/agents"
    for again in (browser, replaying):
        assert again.come(back) == error("OAuthCallback"), "replayed"
    assert not wrong.has(SESSION) and not replaying.has(SESSION)


def test_a_token_for_another_nonce_opens_nothing(oidc_server: Server) -> None:
    browser = Browser(oidc_server.base)
    back = sign_in_at(with_parameter(browser.leave(), nonce="0" * 64), "ada", BACK)
    assert browser.come(back) == error("OAuthCallback")
    assert not browser.has(SESSION)


def test_a_code_that_expired_opens_nothing(oidc_server: Server) -> None:
    browser = Browser(oidc_server.base)
    back = sign_in_at(browser.leave(), "late", BACK)
    time.sleep(2.5)
    assert browser.come(back) == error("OAuthCallback")
    assert not browser.has(SESSION)


def test_a_domain_joins_where_the_operator_says_so(oidc_server: Server) -> None:
    org = oidc_server.org["org_id"]
    joining = {"UPIVIA_SIGN_IN_OIDC_EMAIL_DOMAINS": DOMAIN, "UPIVIA_SIGN_IN_OIDC_AUTO_JOIN": org}
    base = restarted(oidc_server, **joining)
    stranger = Browser(base)
    assert stranger.sign_in("stranger") == error("AccessDenied"), "of another domain"
    newcomer = Browser(base)
    assert newcomer.sign_in("grace") == f"{PUBLIC}/agents"
    cookie = "; ".join(f"{name}={value}" for name, value in newcomer.client.cookies.items())
    who = httpx.get(f"{base}/api/v1/whoami", headers={"cookie": cookie}, trust_env=False).json()
    assert (who["organization"]["id"], who["role"], who["email"]) == (org, "member", f"grace@{DOMAIN}")
    with UpiviaClient(base_url=base, pat=oidc_server.org["pat"]) as owner:
        trail = owner._transport.request("GET", "/api/v1/audit-logs", query={"event_type": "membership.created"}, auth="workspace")
    assert "auto_join" in str(trail), trail
