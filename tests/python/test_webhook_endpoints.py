"""Webhooks that leave the server, verified as their receivers do: with the published package ``standardwebhooks``."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.request
import uuid
from typing import Any, Iterator

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from fake_provider import FakeProvider
from hook_sink import HookSink, Posted
from payloads import MAIL
from server import Server, until_verified
from waiting import wait_for

# The first pause before a message is tried again is five seconds and a bit.
FAR_AWAY = "https://hooks.example.com/upivia"


class Telling(Server):
    """May call this machine; with ``webhook_targets`` of its own, only the world outside."""

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token or self.org['pat']}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def ok(self, method: str, path: str, body: Any = None, token: str | None = None) -> Any:
        status, answer = self.call(method, path, body, token)
        assert 200 <= status < 300, answer
        return answer

    def mail(self, key: str) -> Any:
        body = {"service": "email", "operation": "send", "payload": {**MAIL, "subject": uuid.uuid4().hex}}
        return self.ok("POST", "/service-requests", body, key)

    def agent(self, **binding: Any) -> tuple[str, str]:
        services = [{"service": "email", "operation": "send", **binding}]
        made = self.ok("POST", "/agents", {"name": "Teller", "services": services})
        return made["agent"]["id"], made["test_api_key"]

    def endpoint(self, url: str, *events: str) -> tuple[str, str]:
        made = self.ok("POST", "/webhook-endpoints", {"url": url, "events": list(events)})
        return made["webhook_endpoint"]["id"], made["secret"]

    def deliveries(self, endpoint: str, **filters: str) -> list[dict[str, Any]]:
        query = "&".join(f"{name}={value}" for name, value in filters.items())
        return self.ok("GET", f"/webhook-endpoints/{endpoint}/deliveries?{query}")["deliveries"]


@pytest.fixture(scope="module")
def telling(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Telling]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    settings = {"UPIVIA_WEBHOOK_TARGETS": "any"}
    served = Telling(tmp_path_factory.mktemp("telling"), store, provider.url, 0, settings)
    yield from until_verified(served)


@pytest.fixture
def sink() -> Iterator[HookSink]:
    made = HookSink()
    yield made
    made.stop()


def verified(secret: str, posted: Posted) -> dict[str, Any]:
    message = Webhook(secret).verify(posted.body, posted.headers)
    assert message["id"] == posted.headers["webhook-id"], message
    return message


def told(secret: str, posted: list[Posted], kind: str, agent: str) -> list[dict[str, Any]]:
    messages = [verified(secret, one) for one in posted]
    return [one for one in messages if one["type"] == kind and one["data"].get("agent_id") == agent]


def test_the_life_of_an_agent_and_its_request_is_told(telling: Telling, sink: HookSink) -> None:
    endpoint, secret = telling.endpoint(f"{sink.url}/life")
    agent, key = telling.agent()
    done = telling.mail(key)
    assert done["status"] == "executed", done
    telling.ok("DELETE", f"/agents/{agent}")
    wait_for(lambda: bool(told(secret, sink.at("/life"), "agent.ended", agent)), "the end of the agent is told")

    assert told(secret, sink.at("/life"), "agent.created", agent)
    (executed,) = told(secret, sink.at("/life"), "request.executed", agent)
    assert executed["mode"] == "test" and executed["workspace_id"] == telling.org["org_id"], executed
    assert executed["data"]["request_id"] == done["request_id"] and executed["data"]["service"] == "email", executed
    assert executed["data"]["cost_usd"] == done["cost_usd"], (executed, done)
    texts = b"".join(one.body for one in sink.posted).decode()
    assert MAIL["body"] not in texts and MAIL["to"] not in texts, "no payload is told"

    with pytest.raises(WebhookVerificationError):
        verified("whsec_" + "A" * 44, sink.posted[0])
    tampered = Posted("/life", sink.posted[0].headers, sink.posted[0].body.replace(b"agent", b"tenga"))
    with pytest.raises(WebhookVerificationError):
        verified(secret, tampered)
    wait_for(lambda: not telling.deliveries(endpoint, status="pending"), "all are written down as delivered")
    assert all(one["status"] == "delivered" and one["response_status"] == 204 for one in telling.deliveries(endpoint))
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")


def test_a_question_and_its_answer_are_told(telling: Telling, sink: HookSink) -> None:
    endpoint, secret = telling.endpoint(f"{sink.url}/ask", "approval.requested", "approval.resolved")
    agent, key = telling.agent(approval_threshold_cents=0)
    asked = telling.mail(key)
    assert asked["status"] == "approval_required", asked
    wait_for(lambda: bool(sink.at("/ask")), "the question is told")
    question = verified(secret, sink.at("/ask")[0])
    assert question["type"] == "approval.requested" and question["data"]["approval_id"] == asked["approval_id"], question
    telling.ok("POST", f"/approvals/{asked['approval_id']}/reject", {})
    wait_for(lambda: len(sink.at("/ask")) == 2, "the answer is told")
    answer = verified(secret, sink.at("/ask")[1])
    assert answer["type"] == "approval.resolved" and answer["data"]["resolution"] == "rejected", answer
    assert answer["data"]["approval_id"] == asked["approval_id"] and answer["data"]["agent_id"] == agent
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")


def test_a_message_is_sent_again_after_500_and_on_demand(telling: Telling, sink: HookSink) -> None:
    endpoint, secret = telling.endpoint(f"{sink.url}/again", "webhook.test")
    sink.answers = [500]
    sent = telling.ok("POST", f"/webhook-endpoints/{endpoint}/test", {})
    wait_for(lambda: telling.deliveries(endpoint)[0]["response_status"] == 500, "the failure is written down")
    (waiting,) = telling.deliveries(endpoint)
    assert waiting["status"] == "pending" and waiting["next_attempt_at"] and "500" in waiting["problem"], waiting
    wait_for(lambda: telling.deliveries(endpoint)[0]["status"] == "delivered", "it is tried again")
    (done,) = telling.deliveries(endpoint)
    assert done["attempts"] == 2 and done["response_status"] == 204 and done["problem"] is None, done

    telling.ok("POST", f"/webhook-endpoints/{endpoint}/deliveries/{sent['id']}/redeliver", {})
    wait_for(lambda: len(sink.at("/again")) == 3, "it is sent on demand")
    first, second, third = sink.at("/again")
    assert first.body == second.body == third.body, "the bytes never change"
    ids = {one.headers["webhook-id"] for one in (first, second, third)}
    assert ids == {sent["message_id"]} == {verified(secret, third)["id"]}
    assert json.loads(third.body) == telling.deliveries(endpoint)[0]["message"]
    wait_for(lambda: telling.deliveries(endpoint)[0]["status"] == "delivered", "that is written down too")
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")
    status, _ = telling.call("GET", f"/webhook-endpoints/{endpoint}/deliveries")
    assert status == 404


def test_while_a_secret_is_replaced_both_sign(telling: Telling, sink: HookSink) -> None:
    endpoint, old = telling.endpoint(f"{sink.url}/rotate", "webhook.test")
    rotated = telling.ok("POST", f"/webhook-endpoints/{endpoint}/rotate-secret", {})
    new = rotated["secret"]
    assert new != old and rotated["webhook_endpoint"]["previous_secret_until"]
    telling.ok("POST", f"/webhook-endpoints/{endpoint}/test", {})
    wait_for(lambda: bool(sink.at("/rotate")), "it is sent")
    (posted,) = sink.at("/rotate")
    assert verified(old, posted) == verified(new, posted)
    assert len(posted.headers["webhook-signature"].split()) == 2
    shown = json.dumps(telling.ok("GET", f"/webhook-endpoints/{endpoint}"))
    assert old not in shown and new not in shown, "a secret is shown once"
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")


def test_an_endpoint_that_is_off_is_sent_nothing(telling: Telling, sink: HookSink) -> None:
    endpoint, secret = telling.endpoint(f"{sink.url}/off")
    telling.ok("PATCH", f"/webhook-endpoints/{endpoint}", {"enabled": False})
    before, _ = telling.agent()
    status, refused = telling.call("POST", f"/webhook-endpoints/{endpoint}/test", {})
    assert (status, refused["error"]["code"]) == (409, "endpoint_not_enabled")
    # Whoever is off when the journal is read is not told; it is read about once a second.
    time.sleep(4)
    telling.ok("PATCH", f"/webhook-endpoints/{endpoint}", {"enabled": True})
    after, _ = telling.agent()
    wait_for(lambda: bool(told(secret, sink.at("/off"), "agent.created", after)), "what comes later is told")
    assert not told(secret, sink.at("/off"), "agent.created", before), "what happened meanwhile is not"
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")


def test_budget_alerts_are_told_once(telling: Telling, sink: HookSink) -> None:
    endpoint, secret = telling.endpoint(f"{sink.url}/budget", "budget.alert")
    agent, key = telling.agent(daily_request_limit=5)
    outcomes = [telling.mail(key)["status"] for _ in range(7)]
    assert outcomes == ["executed"] * 5 + ["blocked"] * 2, outcomes

    def levels() -> list[int]:
        return sorted(one["data"]["level_percent"] for one in told(secret, sink.at("/budget"), "budget.alert", agent))

    wait_for(lambda: levels() == [50, 80, 100], "each share is told")
    listed = [one for one in telling.ok("GET", "/budget-alerts?mode=test")["budget_alerts"] if one["agent_id"] == agent]
    assert sorted(one["level_percent"] for one in listed) == [50, 80, 100], listed
    assert all(one["limit_requests"] == 5 and one["scope"] == "binding" for one in listed), listed
    for _ in range(3):
        telling.mail(key)
    time.sleep(3)
    assert levels() == [50, 80, 100], "told once"
    telling.ok("DELETE", f"/webhook-endpoints/{endpoint}")


def test_only_who_may_call_out_is_called(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without the setting, no endpoint may be on this machine or in its network, and none without encryption."""
    served = Telling(tmp_path_factory.mktemp("public"), "sqlite", provider.url, 0)
    try:
        refusals = ["http://hooks.example.com/", "https://127.0.0.1/", "https://localhost:1/", "https://10.1.2.3/",
                    "https://169.254.169.254/latest", "https://[::1]/", "https://2130706433/", "ftp://a.example/", "no url"]
        for url in refusals:
            status, refused = served.call("POST", "/webhook-endpoints", {"url": url})
            assert (status, refused["error"].get("field")) == (400, "url"), (url, refused)
        endpoint, _ = served.endpoint(FAR_AWAY)
        status, refused = served.call("PATCH", f"/webhook-endpoints/{endpoint}", {"url": "https://192.168.0.1/"})
        assert (status, refused["error"].get("field")) == (400, "url"), refused
        assert served.ok("GET", f"/webhook-endpoints/{endpoint}")["url"] == FAR_AWAY
        served.verify()
    finally:
        served.stop()
