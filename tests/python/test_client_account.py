"""What an owner reads and manages through the published client: balance, usage, audit, agents, catalogue, health."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Iterator

import pytest
from upivia import UpiviaClient, UpiviaError

from conftest import FUND_CENTS
from payloads import MAIL, MAIL_BINDING, prompt
from wallet import balance

FIRST_OPERATIONS = {"text_generation.generate", "email.send", "sms.send", "web_search.search", "platform.check_budget"}


def objects(value: Any) -> Iterator[dict]:
    """Every object inside a JSON value."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(inner)


def test_the_balance_is_in_whole_cents(live: UpiviaClient) -> None:
    shown = live.balance.get()
    assert type(shown["amount_cents"]) is int and shown["currency"].upper() == "USD"
    assert 0 < shown["amount_cents"] <= FUND_CENTS
    assert balance(live, "test") <= 100


def test_a_budget_check_is_free_and_in_dollars(new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    agent.client.agents.set_budget(agent.id, {"monthly_budget_cents": 2_500})
    before = balance(agent.client, "test")
    checked = agent.client.budget_check.check(agent.id)
    assert checked["status"] == "executed" and checked["cost_cents"] == 0
    for place in (checked, checked["result"]):
        assert (place["remaining_dollars"], place["monthly_spent"], place["monthly_limit"]) == (25.0, 0.0, 25.0), place
        assert isinstance(place["remaining_dollars"], float) and isinstance(place["org_balance"], float)
    assert balance(agent.client, "test") == before


def test_usage_lists_what_was_bought(live: UpiviaClient, server) -> None:
    made = live.service_requests.create(service="text_generation", operation="generate", payload=prompt("Usage."))
    listed = live.usage.list(agent_id=server.org["agent_id"], limit=500)
    rows = [row for row in objects(listed) if row.get("request_id") == made["request_id"]]
    assert len(rows) == 1, listed
    assert rows[0]["cost_cents"] == made["cost_cents"]
    assert live.usage.list(from_="2099-01-01T00:00:00Z", include_chart=True)
    later = live.usage.list(from_="2099-01-01T00:00:00Z")
    assert not [row for row in objects(later) if row.get("request_id")], later


def test_the_audit_trail_pages_without_a_gap(client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    for _ in range(5):
        agent.client.service_requests.create(service="email", operation="send", payload=MAIL)
    page = client.audit_logs.list(agent_id=agent.id, limit=100)
    rows = page["logs"]
    assert len(rows) >= 5 and not page.get("next_cursor")
    for row in rows:
        assert row["event_type"] and datetime.fromisoformat(row["created_at"]).tzinfo is not None
    assert list(client.audit_logs.iter(agent_id=agent.id, limit=2)) == rows
    mails = client.audit_logs.list(agent_id=agent.id, service="email", limit=100)["logs"]
    assert len(mails) >= 5
    assert client.audit_logs.list(agent_id=agent.id, to="2001-01-01T00:00:00Z")["logs"] == []


def test_the_catalogue_is_public_and_speaks_machine_keys(server) -> None:
    with UpiviaClient(base_url=server.base) as anybody:
        services = anybody.services.list()["services"]
    found = {f"{s['id']}.{o['name']}": o for s in services for o in s["operations"]}
    assert FIRST_OPERATIONS <= set(found)
    for name, operation in found.items():
        assert type(operation["base_price_cents"]) is int, name
        assert operation["input_schema"]["type"] == "object", name
    assert found["platform.check_budget"]["base_price_cents"] == 0


def test_an_agent_is_made_listed_and_read(client: UpiviaClient) -> None:
    made = client.agents.create({"name": "Scout", "description": None, "icon": None})
    assert made["api_key"].startswith("agent_key_live_") and made["test_api_key"].startswith("agent_key_test_")
    assert made["agent"]["id"].startswith("agt_") and made["agent"]["status"] == "active"
    detail = client.agents.get(made["agent"]["id"])
    assert any(o.get("id") == made["agent"]["id"] and o.get("name") == "Scout" for o in objects(detail))
    assert made["api_key"] not in str(detail), "a key is shown a second time"
    names = [row["name"] for row in client._request("GET", "/api/v1/agents", agent_auth=False)["agents"]]
    assert "Scout" in names


def test_an_agent_sees_itself(client: UpiviaClient, server) -> None:
    rows = client.agents.list()["agents"]
    assert server.org["agent_id"] in [row["id"] for row in rows]


def test_bindings_are_upserted_shown_and_removed(client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"monthly_budget_cents": 100}, MAIL_BINDING | {"monthlyBudgetCents": 700})
    bound = [o for o in objects(client.agents.get(agent.id)) if "monthly_budget_cents" in o and o.get("operation")]
    assert [o["monthly_budget_cents"] for o in bound] == [700], "one binding an operation, the last write wins"
    for _ in range(2):
        client.agents.disable_service(agent.id, "email")
    blocked = agent.client.service_requests.create(service="email", operation="send", payload=MAIL)
    assert blocked["reason_code"] == "policy_violation"


def test_an_agent_budget_holds_and_can_be_lifted(client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    client.agents.set_budget(agent.id, {"monthly_budget_cents": 0})
    blocked = agent.client.service_requests.create(service="email", operation="send", payload=MAIL)
    assert (blocked["status"], blocked["reason_code"]) == ("blocked", "agent_budget_exceeded")
    client.agents.set_budget(agent.id, {"monthly_budget_cents": None})
    assert agent.client.service_requests.create(service="email", operation="send", payload=MAIL)["status"] == "executed"


def test_a_rotated_key_dies_at_once(client: UpiviaClient, server, new_agent) -> None:
    agent = new_agent()
    fresh = client.agents.reset_key(agent.id)
    assert fresh["api_key"].startswith("agent_key_live_") and fresh["test_api_key"].startswith("agent_key_test_")
    with pytest.raises(UpiviaError) as caught:
        agent.client.agents.list()
    assert (caught.value.kind, caught.value.status) == ("unauthorized", 401)
    with UpiviaClient(api_key=fresh["test_api_key"], base_url=server.base) as renewed:
        assert agent.id in [row["id"] for row in renewed.agents.list()["agents"]]


def test_health_needs_no_credential(server) -> None:
    with UpiviaClient(base_url=server.base) as anybody:
        assert isinstance(anybody.platform.health(), dict)
        assert isinstance(anybody.platform.readiness(), dict)
