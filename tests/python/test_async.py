"""Outcomes that come later: a phone call that is polled to its end, and reports that a provider signs."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
import uuid
from decimal import Decimal
from typing import Any, Callable

import pytest
from upivia import UpiviaClient

from payloads import MAIL, MAIL_BINDING
from server import CALLBACK_SECRET, OTHER_SECRET, Server
from wallet import balance

CALL_BINDING = {"service": "voice_call", "operation": "create"}
CALL = {"to": "+15550100", "from": "+15550199", "say": "x" * (15 * 12)}


def send(client: UpiviaClient, service: str, operation: str, payload: dict[str, Any]) -> dict[str, Any]:
    return client.service_requests.create(service=service, operation=operation, payload=payload)


def until_ended(client: UpiviaClient, request_id: str, seconds: float = 15) -> dict[str, Any]:
    deadline = time.monotonic() + seconds
    while True:
        request = client.service_requests.get(request_id)
        if request["status"] != "running":
            return request
        assert time.monotonic() < deadline, request
        time.sleep(0.1)


def report(
    server: Server,
    body: dict[str, Any] | bytes,
    provider: str = "sandbox",
    secret: str = CALLBACK_SECRET,
    age: int = 0,
) -> tuple[int, dict[str, Any]]:
    """Sends a message as a provider would, with the standard library only."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = int(time.time()) - age
    signature = hmac.new(secret.encode(), f"{at}.".encode() + raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Upivia-Signature": f"t={at},v1={signature}"}
    request = urllib.request.Request(f"{server.base}/api/v1/webhooks/{provider}/reconcile", raw, headers, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def executed(request_id: str, cost_usd: str, event_id: str | None = None) -> dict[str, Any]:
    event_id = event_id or f"evt_{uuid.uuid4().hex}"
    return {"event_id": event_id, "request_id": request_id, "status": "executed", "cost_usd": cost_usd, "result": {"ok": True}}


@pytest.fixture
def never(new_agent: Callable[..., Any]) -> tuple[UpiviaClient, str]:
    """A phone call, held at five cents, that the sandbox accepted and will never tell about."""
    agent = new_agent(CALL_BINDING)
    running = send(agent.client, "voice_call", "create", CALL | {"sandbox": {"never": True}})
    assert running["status"] == "running" and running["provider"] == "sandbox" and running["external_id"], running
    return agent.client, running["request_id"]


def test_a_phone_call_runs_and_ends_with_what_it_lasted(client: UpiviaClient, new_agent: Callable[..., Any]) -> None:
    agent = new_agent(CALL_BINDING)
    before = balance(client, "test")
    running = send(agent.client, "voice_call", "create", CALL)
    assert running["status"] == "running" and running["initial_cost_cents"] == 5, running
    assert running["provider"] == "sandbox" and running["external_id"], running
    assert balance(client, "test") == before, "nothing is posted before it is known"
    ended = until_ended(agent.client, running["request_id"])
    assert ended["status"] == "executed" and ended["result"]["duration_seconds"] == 12, ended
    assert (ended["cost_usd"], ended["estimated_cost_cents"]) == ("0.01", 5), ended
    assert before - balance(client, "test") == Decimal("0.01")


def test_the_published_client_waits_for_a_phone_call(new_agent: Callable[..., Any]) -> None:
    agent = new_agent(CALL_BINDING)
    ended = agent.client.service_requests.create_and_wait(service="voice_call", operation="create", payload=CALL)
    assert ended["status"] == "executed" and ended["cost_usd"] == "0.01", ended


def test_a_lost_answer_is_asked_for(new_agent: Callable[..., Any]) -> None:
    agent = new_agent(MAIL_BINDING)
    lost = send(agent.client, "email", "send", MAIL | {"sandbox": {"unknown": True, "cost_cents": 2}})
    assert lost["status"] == "running", lost
    assert until_ended(agent.client, lost["request_id"])["cost_usd"] == "0.02"


def test_a_signed_report_ends_a_request_once(
    server: Server, client: UpiviaClient, never: tuple[UpiviaClient, str]
) -> None:
    agent, request_id = never
    before = balance(client, "test")
    body = executed(request_id, "0.0325")
    status, heard = report(server, body)
    assert (status, heard["received"], heard["duplicate"], heard["request"]["status"]) == (200, True, False, "executed"), heard
    for _ in range(3):
        status, again = report(server, body)
        assert (status, again["duplicate"], again["request"]["cost_usd"]) == (200, True, "0.0325"), again
    now = agent.service_requests.get(request_id)
    assert (now["status"], now["cost_usd"], now["result"]) == ("executed", "0.0325", {"ok": True}), now
    assert before - balance(client, "test") == Decimal("0.0325")

    status, refused = report(server, executed(request_id, "0.99", body["event_id"]))
    assert (status, refused["error"]["code"]) == (409, "event_id_payload_mismatch"), refused
    status, corrected = report(server, executed(request_id, "0.0475"))
    assert (status, corrected["request"]["cost_usd"]) == (200, "0.0475"), corrected
    status, stands = report(server, {"event_id": f"evt_{uuid.uuid4().hex}", "request_id": request_id, "status": "failed"})
    assert (status, stands["request"]["status"]) == (200, "executed"), stands
    assert before - balance(client, "test") == Decimal("0.0475")
    server.verify()


def test_a_failure_gives_the_hold_back(server: Server, never: tuple[UpiviaClient, str]) -> None:
    agent, request_id = never
    body = {"event_id": f"evt_{uuid.uuid4().hex}", "request_id": request_id, "status": "failed", "detail": "nobody picked up"}
    assert report(server, body)[0] == 200
    failed = agent.service_requests.get(request_id)
    assert (failed["status"], failed["reason_code"]) == ("failed", "adapter_error"), failed
    assert "nobody picked up" in failed["message"], failed


def test_nobody_is_believed_without_a_good_signature(server: Server, never: tuple[UpiviaClient, str]) -> None:
    agent, request_id = never
    body = executed(request_id, "0.01")
    for wrong in ({"secret": "guessed_secret_of_somebody"}, {"age": 400}, {"age": -400}, {"provider": "nobody"}, {"provider": "acme"}):
        status, refused = report(server, body, **wrong)
        assert (status, refused["error"]["code"]) == (401, "unauthorized"), (wrong, refused)
    status, _ = report(server, body, provider="acme", secret=OTHER_SECRET)
    assert status == 404, "a request of another provider is not there"
    status, refused = report(server, body | {"cost_usd": "-1"})
    assert (status, refused["error"]["field"]) == (400, "cost_usd"), refused
    assert agent.service_requests.get(request_id)["status"] == "running"
    assert "whsec_" not in server.log.read_text(), "a secret is in the log"
    assert "whsec_" not in server.run("config", "check"), "a secret is shown"
