"""Live mail through the published client, to a real mail server: what arrives, and what it costs."""

from __future__ import annotations

import os
import uuid
from decimal import Decimal
from typing import Any, Iterator

import pytest
from upivia import UpiviaClient, UpiviaError

from mail_sink import MailSink
from server import Server, until_verified
from wallet import balance, usd

PRICE = Decimal("0.001")
FROM = "Büro Köln <no-reply@acme.example>"
TEXT = "Zehn € für dich.\n\n.eine Zeile mit Punkt\n.\nGrüße 🦀\n"


@pytest.fixture(scope="module")
def mailing(sink: MailSink, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    # An answer is lost after a second, so that nobody waits here for a server that never answers.
    more = {"UPIVIA_SMTP_URL": sink.url, "UPIVIA_MAIL_FROM": FROM, "UPIVIA_PROVIDER_TIMEOUT": "1s"}
    served = Server(tmp_path_factory.mktemp("mailing"), store, "http://127.0.0.1:9/v1", 1_000, more)
    yield from until_verified(served)


@pytest.fixture
def live(mailing: Server) -> Iterator[UpiviaClient]:
    with UpiviaClient(api_key=mailing.org["agent_key_live"], pat=mailing.org["pat"], base_url=mailing.base) as made:
        yield made


def address(name: str) -> str:
    return f"{name}@{uuid.uuid4().hex[:8]}.example.com"


def send(client: UpiviaClient, to: str, **more: Any) -> dict[str, Any]:
    payload = {"to": to, "subject": "Grüße aus Köln", "body": TEXT} | more.pop("payload", {})
    return client.service_requests.create(service="email", operation="send", payload=payload, **more)


def held(client: UpiviaClient) -> Decimal:
    return usd(client._transport.request("GET", "/api/v1/balance", query={"mode": "live"}, auth="workspace"), "held")


def test_a_live_mail_arrives_as_written_and_is_charged_once(live: UpiviaClient, sink: MailSink) -> None:
    before, to = balance(live, "live"), address("Ada")
    sent = send(live, to)
    assert sent["status"] == "executed", sent
    assert usd(sent, "cost") == before - balance(live, "live") == PRICE and held(live) == 0
    [arrived] = sink.to(to)
    mail = arrived.mail
    assert (arrived.sender, arrived.recipients) == ("no-reply@acme.example", [to])
    assert (mail["From"], mail["To"], mail["Subject"]) == (FROM, to, "Grüße aus Köln")
    assert mail.get_content().splitlines() == TEXT.splitlines()
    assert mail["X-Upivia-Request-Id"] == sent["request_id"]
    assert mail["Message-ID"] == f"<{sent['request_id']}@acme.example>" == sent["result"]["message_id"]
    assert (sent["result"]["status"], sent["result"]["to"]) == ("sent", to)


def test_the_same_key_sends_no_second_mail(live: UpiviaClient, sink: MailSink) -> None:
    to, key = address("ada"), uuid.uuid4().hex
    first = send(live, to, idempotency_key=key)
    before = balance(live, "live")
    assert send(live, to, idempotency_key=key) == first
    assert len(sink.to(to)) == 1 and balance(live, "live") == before


@pytest.mark.parametrize("name, words", [
    ("nobody", "550 no such user"),
    ("later", "450 come again"),
    ("spam", "554 looks like spam"),
])
def test_a_refused_mail_costs_nothing(live: UpiviaClient, sink: MailSink, name: str, words: str) -> None:
    before, to = balance(live, "live"), address(name)
    failed = send(live, to)
    assert (failed["status"], failed["reason_code"]) == ("failed", "adapter_error"), failed
    assert words in str(failed)
    assert balance(live, "live") == before and held(live) == 0 and not sink.to(to)


@pytest.mark.parametrize("payload", [
    {"to": "ada@example.com\r\nBcc: eve@example.com"},
    {"to": "ada@example.com, eve@example.com"},
    {"to": ["ada@example.com"]},
    {"to": "ada"},
    {"subject": "Hi\r\nBcc: eve@example.com"},
    {"subject": "x" * 999},
    {"body": "x" * 100_001},
    {"bcc": "eve@example.com"},
], ids=["line break", "two", "list", "no address", "header", "long subject", "long body", "bcc"])
def test_what_is_no_mail_to_one_person_is_refused_by_name(live, sink: MailSink, payload: dict[str, Any]) -> None:
    before, connections = balance(live, "live"), sink.connections
    with pytest.raises(UpiviaError) as caught:
        send(live, address("ada"), payload=payload)
    assert caught.value.status == 400 and f"payload.{next(iter(payload))}" in str(caught.value)
    assert balance(live, "live") == before and sink.connections == connections


def test_play_money_never_reaches_the_mail_server(mailing: Server, sink: MailSink) -> None:
    connections = sink.connections
    with UpiviaClient(api_key=mailing.org["agent_key_test"], base_url=mailing.base) as client:
        assert send(client, address("ada"))["status"] == "executed"
    assert sink.connections == connections


@pytest.mark.parametrize("name", ["lost", "cut"])
def test_without_an_answer_to_the_mail_the_hold_stands(live: UpiviaClient, sink: MailSink, name: str) -> None:
    posted, held_before, to, key = balance(live, "live"), held(live), address(name), uuid.uuid4().hex
    sent = send(live, to, idempotency_key=key)
    assert sent["status"] == "running", sent
    assert balance(live, "live") == posted and held(live) == held_before + PRICE
    again = send(live, to, idempotency_key=key)
    assert (again["status"], again["request_id"]) == ("running", sent["request_id"])
    assert len(sink.to(to)) == 1, "it may have arrived, so it is not sent again"
