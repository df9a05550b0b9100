"""The asynchronous client: the same calls, and many of them at once."""

from __future__ import annotations

import asyncio
import uuid
from typing import AsyncIterator

import pytest
import pytest_asyncio
from upivia import AsyncUpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING, prompt
from wallet import balance, usd


@pytest_asyncio.fixture
async def agent(server) -> AsyncIterator[AsyncUpiviaClient]:
    async with AsyncUpiviaClient(
        api_key=server.org["agent_key_test"], pat=server.org["pat"], base_url=server.base
    ) as made:
        yield made


async def send(agent: AsyncUpiviaClient, **more):
    return await agent.service_requests.create(service="email", operation="send", payload=MAIL, **more)


async def test_a_request_is_executed_read_and_waited_for(agent: AsyncUpiviaClient) -> None:
    sent = await send(agent)
    assert sent["status"] == "executed" and sent["request_id"].startswith("srq_")
    assert (await agent.service_requests.get(sent["request_id"]))["cost_cents"] == sent["cost_cents"]
    waited = await agent.service_requests.create_and_wait(
        service="email", operation="send", payload=MAIL | {"sandbox": {"delay_ms": 3_000}}, poll_interval=0.2, timeout=20
    )
    assert waited["status"] == "executed"


async def test_one_key_at_once_is_one_request_and_one_charge(agent: AsyncUpiviaClient, client) -> None:
    before, key = balance(client, "test"), uuid.uuid4().hex
    outcomes = await asyncio.gather(*(send(agent, idempotency_key=key) for _ in range(16)))
    assert len({o["request_id"] for o in outcomes}) == 1
    assert {o["status"] for o in outcomes} == {"executed"}
    assert before - balance(client, "test") == usd(outcomes[0], "cost")


async def test_one_live_key_at_once_is_one_call(server, provider, live) -> None:
    before, key = balance(live, "live"), uuid.uuid4().hex
    async with AsyncUpiviaClient(api_key=server.org["agent_key_live"], base_url=server.base) as agent:
        calls = (
            agent.service_requests.create(
                service="text_generation", operation="generate", payload=prompt("Once."), idempotency_key=key
            )
            for _ in range(12)
        )
        outcomes = await asyncio.gather(*calls)
    assert {o["status"] for o in outcomes} == {"executed"}, outcomes
    assert provider.count(outcomes[0]["request_id"]) == 1
    assert before - balance(live, "live") == usd(outcomes[0], "cost")


async def test_a_daily_limit_holds_among_many(server, new_agent) -> None:
    limited = new_agent(MAIL_BINDING | {"daily_request_limit": 5})
    async with AsyncUpiviaClient(api_key=limited.client._transport.api_key, base_url=server.base) as agent:
        outcomes = await asyncio.gather(*(send(agent) for _ in range(30)))
    assert [o["status"] for o in outcomes].count("executed") == 5
    assert {o["reason_code"] for o in outcomes if o["status"] != "executed"} == {"daily_limit_exceeded"}


async def test_errors_have_their_kinds(agent: AsyncUpiviaClient, server) -> None:
    key = uuid.uuid4().hex
    await send(agent, idempotency_key=key)
    with pytest.raises(UpiviaError) as conflict:
        other = MAIL | {"subject": "Other"}
        await agent.service_requests.create(service="email", operation="send", payload=other, idempotency_key=key)
    assert (conflict.value.kind, conflict.value.status) == ("idempotency_conflict", 409)
    with pytest.raises(UpiviaError) as missing:
        await agent.service_requests.get("srq_missing")
    assert (missing.value.kind, missing.value.status) == ("http", 404)
    async with AsyncUpiviaClient(api_key="agent_key_test_unknown", base_url=server.base) as stranger:
        with pytest.raises(UpiviaError) as unauthorized:
            await stranger.agents.list()
    assert (unauthorized.value.kind, unauthorized.value.status) == ("unauthorized", 401)


async def test_the_owner_reads_the_same_as_the_synchronous_client(agent: AsyncUpiviaClient, client) -> None:
    await send(agent)
    assert await agent.balance.get() == client.balance.get()
    assert await agent.services.list() == client.services.list()
    assert await agent.usage.list(limit=3) == client.usage.list(limit=3)
    rows = [row async for row in agent.audit_logs.iter(limit=50)]
    assert rows == list(client.audit_logs.iter(limit=100))
    assert (await agent.agents.list())["agents"]
    checked = await agent.budget_check.check((await agent.agents.list())["agents"][0]["id"])
    assert checked["status"] == "executed" and checked["cost_cents"] == 0
    assert isinstance(await agent.platform.health(), dict)


async def test_agents_are_made_bound_and_rotated(agent: AsyncUpiviaClient, server) -> None:
    made = await agent.agents.create({"name": "Async"})
    agent_id = made["agent"]["id"]
    await agent.agents.enable_service(agent_id, MAIL_BINDING)
    await agent.agents.set_budget(agent_id, {"monthly_budget_cents": 500})
    fresh = await agent.agents.reset_key(agent_id)
    async with AsyncUpiviaClient(api_key=fresh["test_api_key"], base_url=server.base) as renewed:
        assert (await send(renewed))["status"] == "executed"
    await agent.agents.disable_service(agent_id, "email")
    async with AsyncUpiviaClient(api_key=fresh["test_api_key"], base_url=server.base) as renewed:
        assert (await send(renewed))["reason_code"] == "policy_violation"
