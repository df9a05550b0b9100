"""What only the synchronous client is asked for elsewhere, asked by its asynchronous twin, each with a look at the answer."""

from __future__ import annotations

import uuid
from typing import Any, AsyncIterator

import pytest_asyncio
from upivia import AsyncUpiviaClient

from payloads import MAIL, MAIL_BINDING
from server import Server


@pytest_asyncio.fixture
async def owner(server: Server) -> AsyncIterator[AsyncUpiviaClient]:
    key, pat = server.org["agent_key_test"], server.org["pat"]
    async with AsyncUpiviaClient(api_key=key, pat=pat, base_url=server.base) as made:
        yield made


async def call(client: AsyncUpiviaClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A call that the client has no method for."""
    return await client._transport.request(method, f"/api/v1{path}", auth="workspace", body=body)


def by_key(server: Server, made: dict[str, Any]) -> AsyncUpiviaClient:
    return AsyncUpiviaClient(api_key=made["test_api_key"], pat=server.org["pat"], base_url=server.base)


async def test_an_agent_lives_and_ends(server: Server, owner: AsyncUpiviaClient) -> None:
    made = await owner.agents.create({"name": "twin", "services": [MAIL_BINDING]})
    id = made["agent"]["id"]
    async with by_key(server, made) as agent:
        sent = await agent.service_requests.create(**MAIL_BINDING, payload=MAIL)
    assert (await owner.agents.update(id, {"description": "Writes."}))["agent"]["description"] == "Writes."
    shown = (await owner.agents.get(id))["agent"]
    assert (shown["name"], shown["description"]) == ("twin", "Writes.")
    assert (await owner.agents.health(id))["calls"] == 1
    assert id in [one["agent_id"] for one in (await owner.agents.fleet_health())["agents"]]
    page = await owner.agents.activity(id, limit=100, verify=True)
    assert page["verification"]["verified"] is True
    assert [row async for row in owner.agents.activity_iter(id, limit=2)] == page["logs"]
    logs = (await owner.audit_logs.list(agent_id=id, limit=100))["logs"]
    assert sent["request_id"] in [row["request_id"] for row in logs]
    assert [row async for row in owner.audit_logs.iter(agent_id=id, limit=2)] == logs
    assert [one["operation"] for one in (await owner.agents.skills(id))["services"]] == ["send"]
    assert (await owner.agents.remove_skill(id, "wf_nothing"))["removed"] is False
    copy = await owner.agents.clone(id, {"name": "copy"})
    assert copy["agent"]["name"] == "copy" and copy["services"]
    given = await owner.agents.transfer(id, {"user_id": shown["owner_id"]})
    assert given["test_api_key"] != made["test_api_key"]
    for one in (id, copy["agent"]["id"]):
        assert (await owner.agents.delete(one))["status"] == "deleted"


async def test_a_child_is_estimated_and_spawned(server: Server, owner: AsyncUpiviaClient) -> None:
    made = await owner.agents.create({"name": "parent", "services": [MAIL_BINDING]})
    async with by_key(server, made) as parent:
        estimate = await parent.spawn.estimate(["email.send"])
        assert [one["operation"] for one in estimate["operations"]] == ["send"] and estimate["can_spawn"]
        child = await parent.spawn.create(name="child", services=["email.send"], budget_cents=10)
    assert child["agent"]["parent_id"] == made["agent"]["id"]


async def test_questions_are_listed_approved_and_rejected(server: Server, owner: AsyncUpiviaClient) -> None:
    made = await owner.agents.create({"name": "asker", "services": [MAIL_BINDING | {"approval_threshold_cents": 0}]})
    async with by_key(server, made) as agent:
        asked = [await agent.service_requests.create(**MAIL_BINDING, payload=MAIL) for _ in range(2)]
    yes, no = (one["approval_id"] for one in asked)
    assert {yes, no} <= {one["id"] for one in (await owner.approvals.list())["approvals"]}
    assert (await owner.approvals.approve(yes))["status"] == "executed"
    assert (await owner.approvals.reject(no))["reason_code"] == "approval_rejected"


async def test_a_team_its_members_and_its_money(owner: AsyncUpiviaClient) -> None:
    team = (await call(owner, "POST", "/teams", {"name": f"Team {uuid.uuid4()}"}))["id"]
    me = (await call(owner, "GET", "/whoami"))["user"]["id"]
    await call(owner, "POST", f"/teams/{team}/members", {"user_id": me})
    assert team in [one["id"] for one in (await owner.teams.list())["teams"]]
    assert (await owner.teams.switch(team))["team"]["id"] == team
    assert (await owner.teams.switch(None))["team"] is None
    [member] = (await owner.teams.members.list(team))["members"]
    assert (await owner.teams.members.update(team, member["id"], {"role": "manager"}))["role"] == "manager"
    await owner.teams.allocate_budget(team, {"amount_cents": 30})
    asked = await owner.budget_requests.create({"team_id": team, "amount_cents": 10})
    assert asked["id"] in [one["id"] for one in (await owner.budget_requests.list())["budget_requests"]]
    assert (await owner.budget_requests.resolve(asked["id"], {"action": "approve"}))["status"] == "approved"
    assert (await owner.teams.budget(team))["pool"]["available_cents"] == 20


async def test_the_installation_and_its_workspaces(server: Server, owner: AsyncUpiviaClient) -> None:
    home = (await owner.workspaces.list())["workspaces"][0]
    assert (await owner.workspaces.switch(home["id"]))["workspace"] == home
    assert (await owner.platform.readiness())["status"]
    assert (await owner.platform.agent_docs())["name"] == "Upivia"
