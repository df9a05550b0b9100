"""A person signs in as a browser does; the published client then acts by the cookie alone, without any token."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from typing import Any

import pytest
from upivia import UpiviaClient, UpiviaError

from server import PASSWORD, Server

SESSION = "next-auth.session-token"


class Browser:
    """Keeps cookies and sends forms, as the client of NextAuth.js does."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, Any]:
        data = urllib.parse.urlencode(form).encode() if form is not None else None
        try:
            with self.opener.open(urllib.request.Request(self.base + path, data=data), timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def form(self, path: str, **fields: str) -> tuple[int, Any]:
        token = self.ask("/api/auth/csrf")[1]["csrfToken"]
        return self.ask(path, {"csrfToken": token, "json": "true", "callbackUrl": self.base, **fields})

    def sign_in(self, email: str, password: str) -> int:
        return self.form("/api/auth/callback/credentials", email=email, password=password)[0]

    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)


def client_of(server: Server, cookie: str) -> UpiviaClient:
    return UpiviaClient(base_url=server.base, default_headers={"cookie": cookie})


@pytest.fixture
def browser(server: Server) -> Browser:
    made = Browser(server.base)
    assert made.sign_in(server.org["email"], PASSWORD) == 200
    return made


def test_a_wrong_password_opens_nothing(server: Server) -> None:
    stranger = Browser(server.base)
    assert stranger.sign_in(server.org["email"], "wrong horse") == 401
    assert stranger.sign_in("nobody@acme.example.com", PASSWORD) == 401
    assert SESSION not in stranger.cookie()
    assert stranger.ask("/api/auth/session") == (200, {})


def test_the_client_acts_by_a_session_alone(server: Server, browser: Browser) -> None:
    assert browser.ask("/api/auth/session")[1]["user"]["email"] == server.org["email"]
    with client_of(server, browser.cookie()) as signed_in:
        assert signed_in.balance.get()["currency"].upper() == "USD"
        made = signed_in.agents.create({"name": "made by a session"})
        signed_in.agents.set_budget(made["agent"]["id"], {"monthly_budget_cents": 700})
        shown = signed_in.agents.get(made["agent"]["id"])
        assert "made by a session" in json.dumps(shown) and "700" in json.dumps(shown)


def test_workspaces_are_listed_and_switched(server: Server, browser: Browser) -> None:
    with client_of(server, browser.cookie()) as signed_in:
        first = signed_in.workspaces.list()["workspaces"][0]
        assert first["id"] == server.org["org_id"]
        assert signed_in.workspaces.switch(first["id"])["workspace"] == first
        with pytest.raises(UpiviaError) as refused:
            signed_in.workspaces.switch("org_0000000000000000000000")
    assert refused.value.status == 404


def test_a_session_mints_a_token_that_the_client_takes(server: Server, browser: Browser) -> None:
    request = urllib.request.Request(
        f"{server.base}/api/v1/personal-tokens",
        data=json.dumps({"name": "python"}).encode(),
        headers={"cookie": browser.cookie(), "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        minted = json.load(answer)
    with UpiviaClient(pat=minted["token"], base_url=server.base) as by_token:
        assert by_token.workspaces.list()["workspaces"]
    request.add_header("authorization", f"Bearer {minted['token']}")
    request.remove_header("Cookie")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 403


def test_signing_out_everywhere_ends_a_copied_cookie(server: Server, browser: Browser) -> None:
    copied = browser.cookie()
    request = urllib.request.Request(
        f"{server.base}/api/v1/me/sign-out-everywhere", data=b"", headers={"cookie": copied}
    )
    request.add_header("content-type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert json.load(answer) == {"ok": True}
    with client_of(server, copied) as signed_out, pytest.raises(UpiviaError) as refused:
        signed_out.workspaces.list()
    assert refused.value.status == 401
    again = Browser(server.base)
    assert again.sign_in(server.org["email"], PASSWORD) == 200
