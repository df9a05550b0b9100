"""Whole stories in the sandbox, as the published tutorials tell them."""

from __future__ import annotations

import json
import uuid
from typing import Any, Callable

import httpx
import pytest
from upivia import UpiviaClient

from payloads import prompt

Maker = Callable[..., UpiviaClient]


@pytest.fixture
def agent_with(server, client: UpiviaClient) -> Maker:
    """Makes an agent with these bindings; its client also carries the owner's token."""

    def make(*bindings: dict[str, Any]) -> UpiviaClient:
        made = client._transport.request(
            "POST", "/api/v1/agents", body={"name": "Story", "services": list(bindings)}, auth="workspace"
        )
        agent = UpiviaClient(base_url=server.base, api_key=made["test_api_key"], pat=server.org["pat"])
        agent.test_key = made["test_api_key"]
        return agent

    return make


def ask(agent: UpiviaClient, service: str, operation: str, payload: dict[str, Any]) -> dict[str, Any]:
    return agent.service_requests.create(
        service=service, operation=operation, payload=payload, idempotency_key=uuid.uuid4().hex
    )


def test_triage_and_reply_with_a_person_in_the_middle(agent_with: Maker) -> None:
    agent = agent_with(
        {"operation": "text_generation.generate"}, {"operation": "email.send", "approval_threshold_cents": 0}
    )
    sorted_out = ask(agent, "text_generation", "generate", {**prompt("Sort this."), "response_format": {"type": "json_object"}})
    assert sorted_out["status"] == "executed", sorted_out
    text = sorted_out["result"]["choices"][0]["message"]["content"]
    json.loads(text)
    reply = ask(agent, "email", "send", {"to": "ada@example.com", "subject": "Re: refund", "body": text[:500]})
    assert reply["status"] == "approval_required", reply
    assert agent.approvals.approve(reply["approval_id"])["status"] == "executed"
    assert agent.service_requests.get(reply["request_id"])["status"] == "executed"
    logs = agent.audit_logs.list(service="email", limit=20)["logs"]
    kinds = {log["event_type"] for log in logs if log["request_id"] == reply["request_id"]}
    assert {"approval.requested", "approval.approved", "request.admitted", "request.executed"} <= kinds, kinds


def test_a_runaway_of_calls_ends_at_the_daily_limit(agent_with: Maker) -> None:
    agent = agent_with({"operation": "voice_call.create", "daily_request_limit": 20})
    call = {"to": "+15550100", "from": "+15550199", "say": "The site is down."}
    answers = [ask(agent, "voice_call", "create", call) for _ in range(21)]
    assert [answer["status"] for answer in answers] == ["running"] * 20 + ["blocked"]
    assert answers[-1]["reason_code"] == "daily_limit_exceeded"
    assert answers[0]["initial_cost_cents"] == 5 and answers[0]["provider"] and answers[0]["external_id"]


def test_a_code_by_text_message(agent_with: Maker) -> None:
    agent = agent_with({"operation": "sms.send"}, {"operation": "sms.read"})
    sent = ask(agent, "sms", "send", {"to": "+15550100", "from": "+15550199", "body": "Your code?"})
    assert sent["status"] == "executed", sent
    read = ask(agent, "sms", "read", {})
    assert read["status"] == "executed" and read["result"]["messages"], read


def test_a_blast_with_a_key_for_each_recipient(server, agent_with: Maker) -> None:
    agent = agent_with({"operation": "mms.send"})
    # The tutorial names the attempt in the body only; the published client would send the header too.
    headers = {"Authorization": f"Bearer {agent.test_key}"}

    def send(to: str) -> dict[str, Any]:
        body = {
            "service": "mms",
            "operation": "send",
            "idempotency_key": f"blast-{to}",
            "payload": {"to": to, "from": "+15550199", "body": "Sale!", "media_url": "https://example.com/sale.png"},
        }
        answer = httpx.post(f"{server.base}/v1/service-requests", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    recipients = ["+15550100", "+15550101", "+15550102"]
    first, again = [send(to) for to in recipients], [send(to) for to in recipients]
    assert [one["status"] for one in first] == ["executed"] * 3, first
    assert [one["request_id"] for one in first] == [one["request_id"] for one in again]
    rows = agent._transport.request("GET", "/api/v1/usage", query={"mode": "test", "limit": 500}, auth="workspace")
    charged = [row["request_id"] for row in rows["usage"]]
    assert [charged.count(one["request_id"]) for one in first] == [1, 1, 1], "each recipient is charged once"
