"""Paid actions through the published client: outcomes, replays, errors, and the money behind them."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING, prompt
from wallet import balance, usd

INPUT_USD, OUTPUT_USD = Decimal("0.15") / 10**6, Decimal("0.60") / 10**6


def send(client: UpiviaClient, **more):
    return client.service_requests.create(service="email", operation="send", payload=more.pop("payload", MAIL), **more)


def test_a_mail_is_executed_and_charged_once(client: UpiviaClient) -> None:
    before = balance(client, "test")
    sent = send(client)
    assert sent["status"] == "executed"
    assert sent["request_id"].startswith("srq_")
    assert isinstance(sent["result"], dict)
    assert isinstance(sent["estimated_cost_cents"], int) and isinstance(sent["actual_cost_cents"], int)
    assert before - balance(client, "test") == usd(sent, "cost") > 0
    read = client.service_requests.get(sent["request_id"])
    assert {name: read.get(name) for name in sent} == sent


@pytest.mark.parametrize("names", [
    {"service": "email", "operation": "send"},
    {"service": "email", "operation": "email.send"},
    {"operation": "email.send"},
    {"service": None, "operation": "email.send", "metadata": None},
], ids=["split", "dotted with service", "dotted alone", "nulls"])
def test_an_operation_may_be_spelt_in_each_way(client: UpiviaClient, names: dict) -> None:
    sent = client._request("POST", "/api/v1/service-requests", body=names | {"payload": MAIL}, agent_auth=True)
    assert sent["status"] == "executed"


def test_a_replay_answers_the_same_and_costs_nothing(client: UpiviaClient) -> None:
    key = uuid.uuid4().hex
    first = send(client, idempotency_key=key)
    before = balance(client, "test")
    assert send(client, idempotency_key=key) == first
    dotted = {"operation": "email.send", "payload": MAIL, "idempotency_key": key}
    assert client._request("POST", "/api/v1/service-requests", body=dotted, agent_auth=True) == first
    assert balance(client, "test") == before


def test_a_key_with_another_payload_is_a_conflict(client: UpiviaClient) -> None:
    key = uuid.uuid4().hex
    send(client, idempotency_key=key)
    before = balance(client, "test")
    with pytest.raises(UpiviaError) as caught:
        send(client, idempotency_key=key, payload=MAIL | {"subject": "Other"})
    assert (caught.value.kind, caught.value.status) == ("idempotency_conflict", 409)
    assert caught.value.code == "idempotency_key_payload_mismatch"
    assert balance(client, "test") == before


def test_live_text_is_paid_by_what_the_provider_used(live: UpiviaClient, provider) -> None:
    before = balance(live, "live")
    words = "Summarize the release notes."
    made = live.service_requests.create(service="text_generation", operation="generate", payload=prompt(words, 2_000))
    assert made["status"] == "executed", made
    assert usd(made, "cost") == len(words) * INPUT_USD + 2_000 * OUTPUT_USD
    assert before - balance(live, "live") == usd(made, "cost")
    assert provider.count(made["request_id"]) == 1
    assert f"You said {words}" in str(made["result"])


def test_a_live_key_never_reaches_the_sandbox(live: UpiviaClient) -> None:
    before = balance(live, "live")
    blocked = send(live)
    assert (blocked["status"], blocked["reason_code"]) == ("blocked", "service_not_configured")
    assert balance(live, "live") == before


def test_without_a_binding_the_request_is_blocked(new_agent) -> None:
    blocked = send(new_agent().client)
    assert (blocked["status"], blocked["reason_code"]) == ("blocked", "policy_violation")
    assert blocked["message"] and blocked["request_id"].startswith("srq_")


def test_the_daily_limit_blocks_the_next_one(new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"dailyRequestLimit": 2})
    outcomes = [send(agent.client) for _ in range(3)]
    assert [o["status"] for o in outcomes] == ["executed", "executed", "blocked"]
    assert outcomes[2]["reason_code"] == "daily_limit_exceeded"


def test_a_monthly_cap_of_nothing_blocks(new_agent) -> None:
    blocked = send(new_agent(MAIL_BINDING | {"monthly_budget_cents": 0}).client)
    assert (blocked["status"], blocked["reason_code"]) == ("blocked", "monthly_budget_exceeded")


def test_above_the_threshold_a_human_is_asked(new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"approval_threshold_cents": 0})
    before = balance(agent.client, "test")
    asked = send(agent.client)
    assert asked["status"] == "approval_required"
    assert asked["approval_id"].startswith("apr_")
    assert isinstance(asked["estimated_cost_cents"], int)
    assert datetime.fromisoformat(asked["expires_at"]).tzinfo is not None
    assert agent.client.service_requests.get(asked["request_id"])["status"] == "approval_required"
    assert balance(agent.client, "test") == before


def test_a_provider_that_fails_costs_nothing(client: UpiviaClient) -> None:
    before = balance(client, "test")
    failed = send(client, payload=MAIL | {"sandbox": {"fail": True}})
    assert (failed["status"], failed["reason_code"]) == ("failed", "adapter_error")
    assert failed["message"]
    assert balance(client, "test") == before


def test_a_slow_request_runs_and_can_be_waited_for(client: UpiviaClient) -> None:
    slow = MAIL | {"sandbox": {"delay_ms": 3_000}}
    running = send(client, payload=slow)
    assert running["status"] == "running" and isinstance(running["initial_cost_cents"], int), running
    done = client.service_requests.create_and_wait(
        service="email", operation="send", payload=slow, poll_interval=0.2, timeout=20
    )
    assert done["status"] == "executed" and done["request_id"] != running["request_id"]


@pytest.mark.parametrize("key", ["agent_key_test_unknown", "x", "upivia_pat_live_unknown"])
def test_an_unknown_credential_is_unauthorized(server, key: str) -> None:
    with UpiviaClient(api_key=key, pat=key, base_url=server.base) as stranger:
        for call in (lambda: send(stranger), stranger.balance.get, stranger.agents.list):
            with pytest.raises(UpiviaError) as caught:
                call()
            assert (caught.value.kind, caught.value.status, caught.value.code) == ("unauthorized", 401, "unauthorized")
            assert caught.value.request_id, "no x-request-id on an error"


def test_requests_of_others_are_not_found(client: UpiviaClient, new_agent) -> None:
    foreign = send(client)["request_id"]
    for request_id in (foreign, "srq_missing"):
        with pytest.raises(UpiviaError) as caught:
            new_agent().client.service_requests.get(request_id)
        assert (caught.value.kind, caught.value.status, caught.value.code) == ("http", 404, "not_found")


def test_a_malformed_payload_is_an_invalid_request(client: UpiviaClient) -> None:
    with pytest.raises(UpiviaError) as caught:
        send(client, payload={"to": 5})
    assert (caught.value.kind, caught.value.status, caught.value.code) == ("http", 400, "invalid_request")
