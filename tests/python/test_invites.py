"""Mails of the server itself, to a real mail server: invitations and forgotten passwords, and the links in them followed."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, Iterator

import pytest
from upivia import UpiviaClient

from mail_sink import Arrived, MailSink
from server import PASSWORD, Server, until_verified
from test_sign_in import SESSION, Browser, client_of

FROM = "Acme <no-reply@acme.example>"
PATIENCE_SECONDS = 20


@pytest.fixture(scope="module")
def mailing(sink: MailSink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    more = {"UPIVIA_SMTP_URL": sink.url, "UPIVIA_MAIL_FROM": FROM}
    served = Server(tmp_path_factory.mktemp("invites"), store, "http://127.0.0.1:9/v1", 1_000, more)
    yield from until_verified(served)


def address(name: str) -> str:
    return f"{name}@{uuid.uuid4().hex[:8]}.example.com"


def ask(method: str, url: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(url, data=data, method=method, headers={"content-type": "application/json", **headers})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def owner(server: Server) -> dict[str, str]:
    return {"authorization": f"Bearer {server.org['pat']}"}


def invites(server: Server) -> str:
    return f"{server.base}/api/v1/orgs/{server.org['org_id']}/invites"


def arrived(sink: MailSink, to: str, count: int = 1) -> list[Arrived]:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(sink.to(to)) < count:
        assert time.monotonic() < deadline, f"{len(sink.to(to))} of {count} mails to {to} after {PATIENCE_SECONDS} s"
        time.sleep(0.05)
    return sink.to(to)


def link(mail: Arrived) -> tuple[str, str]:
    """The page that the link leads to, and the token that only the page sees."""
    [found] = re.findall(r"https?://\S+#\S+", mail.mail.get_content())
    page, _, token = found.partition("#")
    return page, token


def test_an_invited_person_follows_the_link_and_signs_in(mailing: Server, sink: MailSink) -> None:
    to = address("grace")
    status, made = ask("POST", invites(mailing), {"email": to, "role": "admin"}, **owner(mailing))
    assert (status, made["mail"]) == (201, "queued"), made
    [mail] = arrived(sink, to)
    assert (mail.sender, mail.recipients, mail.mail["From"]) == ("no-reply@acme.example", [to], FROM)
    assert "acme" in mail.mail["Subject"] and mailing.org["email"] in mail.mail.get_content()
    page, token = link(mail)
    assert f"{page}#{token}" == made["accept_url"] and page.startswith(mailing.base)
    with urllib.request.urlopen(page, timeout=20) as answer:
        assert answer.headers["content-type"].startswith("text/html") and b"<form" in answer.read()
    accept = f"{mailing.base}/api/v1/invites/{token}/accept"
    status, joined = ask("POST", accept, {"name": "Grace Hopper", "password": "battery staple"})
    assert (status, joined["role"], joined["signed_up"]) == (200, "admin", True), joined
    assert ask("POST", accept, {"name": "Eve", "password": "battery staple"})[0] == 404
    browser = Browser(mailing.base)
    assert browser.sign_in(to, "battery staple") == 200
    assert browser.ask("/api/auth/session")[1]["user"]["name"] == "Grace Hopper"
    with client_of(mailing, browser.cookie()) as signed_in:
        assert [one["id"] for one in signed_in.workspaces.list()["workspaces"]] == [mailing.org["org_id"]]
    time.sleep(2)
    assert len(sink.to(to)) == 1, "each mail is sent once"


def test_an_invite_is_listed_replaced_and_withdrawn(mailing: Server, sink: MailSink) -> None:
    to = address("linus")
    for role in ("member", "admin"):
        status, made = ask("POST", invites(mailing), {"email": to, "role": role}, **owner(mailing))
        assert status == 201, made
    first, second = (link(mail)[1] for mail in arrived(sink, to, 2))
    mine = [one for one in ask("GET", invites(mailing), **owner(mailing))[1]["invites"] if one["email"] == to]
    assert [(one["id"], one["role"], one["status"]) for one in mine] == [(made["invite"]["id"], "admin", "pending")]
    assert ask("DELETE", f"{invites(mailing)}?id={made['invite']['id']}", **owner(mailing))[0] == 200
    for token in (first, second):
        body = {"name": "Linus", "password": "battery staple"}
        assert ask("POST", f"{mailing.base}/api/v1/invites/{token}/accept", body)[0] == 404


def test_a_forgotten_password_is_replaced_by_mail(mailing: Server, sink: MailSink) -> None:
    to, before = mailing.org["email"], Browser(mailing.base)
    assert before.sign_in(to, PASSWORD) == 200
    forgot = f"{mailing.base}/api/v1/auth/password/forgot"
    known, unknown = ask("POST", forgot, {"email": to}), ask("POST", forgot, {"email": address("nobody")})
    assert known == unknown == (202, {"mail": "queued"})
    page, token = link(arrived(sink, to)[0])
    assert urllib.request.urlopen(page, timeout=20).status == 200
    reset, body = f"{mailing.base}/api/v1/auth/password/reset", {"token": token, "password": "a new staple"}
    assert ask("POST", reset, body) == (200, {"ok": True})
    assert ask("POST", reset, body)[0] == 400, "once"
    assert before.ask("/api/auth/session") == (200, {}) and SESSION not in before.cookie()
    after = Browser(mailing.base)
    assert (after.sign_in(to, PASSWORD), after.sign_in(to, "a new staple")) == (401, 200)
    told = arrived(sink, to, 2)[1].mail
    assert "was changed" in told["Subject"] and token not in told.get_content()
    with UpiviaClient(pat=mailing.org["pat"], base_url=mailing.base) as by_token:
        assert by_token.workspaces.list()["workspaces"]


def test_a_mail_that_waits_survives_the_end_of_the_process(mailing: Server, sink: MailSink) -> None:
    to, refused = address("later"), address("nobody")
    for address_ in (to, refused):
        assert ask("POST", invites(mailing), {"email": address_}, **owner(mailing))[0] == 201
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not all(word in metrics(mailing) for word in ('result="deferred"} 1', 'result="failed"} 1')):
        assert time.monotonic() < deadline, metrics(mailing)
        time.sleep(0.1)
    log = mailing.log.read_text()
    assert "refused with 450" in log and "refused with 550" in log
    assert to not in log and refused not in log and "upivia_invite_" not in log
    mailing.pause()
    mailing.base = mailing.serve()
    deadline = time.monotonic() + 2 * PATIENCE_SECONDS
    while 'upivia_mail_outbox{state="waiting"} 1' not in metrics(mailing):
        assert time.monotonic() < deadline, metrics(mailing)
        time.sleep(0.1)
    assert 'upivia_mail_outbox{state="failed"} 1' in metrics(mailing)


def metrics(server: Server) -> str:
    with urllib.request.urlopen(f"{server.base}/metrics", timeout=20) as answer:
        return answer.read().decode()


def test_without_a_mail_server_the_link_is_for_whoever_invites(server: Server) -> None:
    to = address("grace")
    status, made = ask("POST", invites(server), {"email": to}, **owner(server))
    assert (status, made["mail"]) == (201, "not_configured"), made
    token = made["accept_url"].partition("#")[2]
    accept = f"{server.base}/api/v1/invites/{token}/accept"
    assert ask("POST", accept, {"name": "Grace", "password": "battery staple"})[0] == 200
    assert Browser(server.base).sign_in(to, "battery staple") == 200
    forgot = ask("POST", f"{server.base}/api/v1/auth/password/forgot", {"email": to})
    assert forgot == (202, {"mail": "not_configured"})
