"""Agents that make agents, through the published client: money down, money back, and the last cents once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING
from wallet import balance


def buy(client: UpiviaClient) -> dict[str, Any]:
    return client.service_requests.create(service="email", operation="send", payload=MAIL)


def under(server, made: dict[str, Any]) -> UpiviaClient:
    """A client with the key that a spawn showed."""
    return UpiviaClient(api_key=made["api_key"], base_url=server.base)


def end(client: UpiviaClient, agent: str) -> dict[str, Any]:
    """An agent ends one that it spawned: the client's own method sends the owner's token."""
    return client._transport.request("DELETE", f"/api/v1/agents/{agent}", auth="agent")


def test_a_child_spends_what_it_got_and_leaves_the_rest(server, client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    told = agent.client.spawn.estimate(["email.send", "sms.send"])
    assert [one["operation"] for one in told["operations"]] == ["send", "send"] and told["can_spawn"]
    assert [one["bound"] for one in told["operations"]] == [True, False]
    before = balance(client, "test")
    made = agent.client.spawn.create(
        name="helper", services=[{"service": "email"}], budget_dollars=0.5, category="mail", icon=None
    )
    assert made["api_key"].startswith("agent_key_test_") and made["budget_cents"] == 50
    assert (made["agent"]["kind"], made["agent"]["parent_id"]) == ("spawned", agent.id)
    assert balance(client, "test") == before - Decimal("0.5")
    with under(server, made) as child:
        bought = buy(child)
        assert bought["status"] == "executed"
        listed = agent.client.agents.list()["agents"]
        seen = [one["id"] for one in listed if agent.id in (one["id"], one["parent_id"])]
        assert seen == [agent.id, made["agent_id"]]
        report = agent.client.budget_check.check(made["agent_id"])
        assert Decimal(str(report["remaining_dollars"])) == Decimal("0.5") - Decimal(bought["cost_usd"])
    assert end(agent.client, made["agent_id"])["status"] == "deleted"
    assert balance(client, "test") == before - Decimal(bought["cost_usd"])
    with under(server, made) as child, pytest.raises(UpiviaError) as dead:
        buy(child)
    assert dead.value.status == 401


def test_nobody_hands_on_more_than_they_have(server, client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"daily_request_limit": 2})
    with pytest.raises(UpiviaError) as wider:
        agent.client.spawn.create(name="wide", services=["sms.send"])
    assert wider.value.status == 400 and "sms.send" in str(wider.value)
    with pytest.raises(UpiviaError) as dear:
        agent.client.spawn.create(name="rich", services=["email.send"], budget_cents=100_000_000)
    assert dear.value.status == 409
    parent, clients = agent.client, []
    for depth in (1, 2, 3):
        assert parent.spawn.estimate([])["depth"] == depth
        parent = under(server, parent.spawn.create(name=f"depth {depth}", services=["email.send"], budget_cents=40 - depth))
        clients.append(parent)
    with pytest.raises(UpiviaError) as deep:
        parent.spawn.create(name="too deep", services=[])
    assert deep.value.status == 403
    # The root's two requests of the day are all that the whole tree has.
    assert [buy(parent)["status"] for _ in range(2)] == ["executed"] * 2
    for one in (*clients, agent.client):
        assert buy(one)["reason_code"] == "daily_limit_exceeded"
    client.agents.update(agent.id, {"status": "paused"})
    assert all(buy(one)["reason_code"] == "agent_disabled" for one in clients)
    for one in clients:
        one.close()
    assert client.agents.delete(agent.id)["status"] == "deleted", "and all below"


def test_the_last_cents_go_once(server, client: UpiviaClient, new_agent) -> None:
    """Gifts and purchases at once against one monthly cap: together they never exceed it."""
    agent = new_agent(MAIL_BINDING)
    price = Decimal(buy(agent.client)["cost_usd"])
    client.agents.set_budget(agent.id, {"monthly_budget_cents": 20})

    def ask(place: int) -> Decimal:
        """What a purchase cost; a gift costs nothing."""
        with UpiviaClient(api_key=agent.client._transport.api_key, base_url=server.base) as own:
            if place % 2:
                bought = own.service_requests.create_and_wait(**MAIL_BINDING, payload=MAIL)
                return price if bought["status"] == "executed" else Decimal(0)
            try:
                own.spawn.create(name=f"racer {place}", services=["email.send"], budget_cents=2)
            except UpiviaError as refused:
                # A crowd may wait for the lock in vain; then nobody was spawned.
                assert refused.status in (409, 503), refused
            return Decimal(0)

    with ThreadPoolExecutor(32) as pool:
        spent = [price, *pool.map(ask, range(32))]
    given = [one["id"] for one in agent.client.agents.list()["agents"] if one["parent_id"] == agent.id]
    taken = sum(spent) + Decimal("0.02") * len(given)
    assert given and taken <= Decimal("0.20"), (len(spent), len(given))
    assert Decimal(agent.client.spawn.estimate(["email.send"])["available_usd"]) == Decimal("0.20") - taken
    for one in given:
        end(agent.client, one)
    assert Decimal(agent.client.spawn.estimate([])["available_usd"]) == Decimal("0.20") - sum(spent)
    server.verify()


def test_the_trail_tells_who_gave_what(client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    made = agent.client.spawn.create(name="told", services=["email.send"], budget_cents=7)
    rows = client.audit_logs.list(agent_id=made["agent_id"], limit=20)["logs"]
    assert "agent.spawned" in [row["event_type"] for row in rows]
    client.agents.delete(made["agent_id"])
    rows = client.audit_logs.list(agent_id=made["agent_id"], limit=20)["logs"]
    assert {"agent.unspent_returned", "agent.deleted"} <= {row["event_type"] for row in rows}
