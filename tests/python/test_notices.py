"""Mails to those who lead an organization: somebody has to answer, a limit is nearly used up."""

from __future__ import annotations

import os
import re
import uuid
from typing import Iterator

import pytest
from upivia import UpiviaClient

from mail_sink import MailSink
from payloads import MAIL
from server import Server, until_verified
from test_invites import address, arrived, ask, invites, link, owner
from waiting import wait_for

BOSS = "owner@acme.example.com"


@pytest.fixture(scope="module")
def leading(sink: MailSink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    more = {"UPIVIA_SMTP_URL": sink.url, "UPIVIA_MAIL_FROM": "Acme <no-reply@acme.example>"}
    yield from until_verified(Server(tmp_path_factory.mktemp("notices"), store, "http://127.0.0.1:9/v1", 1_000, more))


def agent(server: Server, **binding: int) -> UpiviaClient:
    """A new agent that may send mails: a client with its live key."""
    body = {"name": "Scout", "services": [{"service": "email", "operation": "send"} | binding]}
    status, made = ask("POST", f"{server.base}/api/v1/agents", body, **owner(server))
    assert status == 201, made
    return UpiviaClient(base_url=server.base, api_key=made["api_key"], pat=server.org["pat"])


def send(client: UpiviaClient) -> dict:
    payload = MAIL | {"to": address("somebody")}
    return client.service_requests.create(service="email", operation="send", payload=payload, idempotency_key=uuid.uuid4().hex)


def subjects(sink: MailSink, to: str = BOSS) -> list[str]:
    return [one.mail["Subject"] for one in sink.to(to)]


def test_a_question_is_mailed_once_and_answered_from_what_the_mail_says(leading: Server, sink: MailSink) -> None:
    client, before = agent(leading, approval_threshold_cents=0), len(sink.to(BOSS))
    asked = send(client)
    assert asked["status"] == "approval_required", asked
    mail = arrived(sink, BOSS, before + 1)[-1].mail
    assert re.search(r"email\.send for up to \$[0-9.]+ waits for approval$", mail["Subject"]), mail["Subject"]
    text = mail.get_content()
    assert asked["request_id"] in text and asked["expires_at"] in text, text
    path = re.search(r"POST (/api/v1/approvals/\S+/approve)", text)
    assert path, text
    status, answered = ask("POST", leading.base + path[1], {}, **owner(leading))
    assert (status, answered["status"]) == (200, "executed"), answered
    assert len(sink.to(BOSS)) == before + 1


def test_a_limit_that_fills_is_mailed_at_each_share_once_to_owners_and_admins_only(leading: Server, sink: MailSink) -> None:
    people = {role: address(role) for role in ("admin", "member")}
    for role, email in people.items():
        invited = ask("POST", invites(leading), {"email": email, "role": role}, **owner(leading))
        assert invited[0] == 201, invited
        _, token = link(arrived(sink, email)[0])
        accept = f"{leading.base}/api/v1/invites/{token}/accept"
        assert ask("POST", accept, {"name": role, "password": "battery staple"})[0] == 200

    def told(to: str) -> list[int]:
        found = (re.search(r": (\d+) percent of a limit are used \(binding\)$", one) for one in subjects(sink, to))
        return [int(one[1]) for one in found if one]

    # The mail server is that of other tests, too, whose owner has the same address.
    before = len(told(BOSS))
    client = agent(leading, daily_request_limit=5)
    for _ in range(5):
        send(client)
    for to, seen in ((BOSS, before), (people["admin"], 0)):
        # Mails are handed over side by side: in any order.
        wait_for(lambda to=to, seen=seen: sorted(told(to)[seen:]) == [50, 80, 100], f"the three mails to {to}")
    assert told(people["member"]) == []
