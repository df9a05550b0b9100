"""What agents want from people, with every call that the published client has for it."""

from __future__ import annotations

from typing import Any

import pytest
from upivia import AsyncUpiviaClient, UpiviaClient, UpiviaError

from test_teams import call, team  # noqa: F401  (a fixture)

TYPES = ["clarification", "budget_increase", "plan_change", "secret_needed", "approval", "blocked"]


def by_agent(agent: UpiviaClient, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    """With the agent's own key: the client's methods send the owner's token."""
    return agent._transport.request(method, f"/api/v1{path}", auth="agent", body=body, query=query)


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_asked_listed_and_resolved_once(client: UpiviaClient, new_agent, kind: str) -> None:
    agent = new_agent()
    asked = client.agent_requests.create(
        request_type=kind, body="Which size?\nS or M.", agent_id=agent.id, link="https://example.com/plan"
    )["request"]
    assert (asked["title"], asked["status"], asked["agent_name"]) == ("Which size?", "pending", "tester")
    assert asked["id"] in [one["id"] for one in client.agent_requests.list()["requests"]]
    assert asked["id"] in [one["id"] for one in client.agent_requests.list(status="pending", type=kind)["requests"]]
    resolved = client.agent_requests.resolve(asked["id"], "M.")["request"]
    assert (resolved["status"], resolved["response"]) == ("resolved", "M.")
    assert client.agent_requests.resolve(asked["id"])["request"] == resolved
    with pytest.raises(UpiviaError) as refused:
        client.agent_requests.resolve(asked["id"], "S.")
    assert (refused.value.status, refused.value.code) == (409, "agent_request_resolved")
    assert asked["id"] not in [one["id"] for one in client.agent_requests.list()["requests"]]
    for status in ("resolved", "all"):
        assert asked["id"] in [one["id"] for one in client.agent_requests.list(status=status)["requests"]]


def test_an_agent_asks_with_its_key_and_finds_the_answer(client: UpiviaClient, new_agent) -> None:
    agent = new_agent()
    asked = by_agent(agent.client, "POST", "/agent-requests", {"request_type": "blocked", "body": "Help."})["request"]
    assert (asked["agent_id"], asked["requested_by"]) == (agent.id, None)
    # As the terminal rejects: under one name of the id.
    call(client, "PATCH", "/agent-requests", {"request_id": asked["id"], "action": "reject", "response": "Not now."})
    seen = by_agent(agent.client, "GET", f"/agent-requests/{asked['id']}")["request"]
    assert (seen["status"], seen["response"]) == ("rejected", "Not now.")
    assert by_agent(agent.client, "GET", "/agent-requests")["requests"] == []


def test_a_wish_for_money_moves_it_when_it_is_resolved(client: UpiviaClient, server, team: str) -> None:  # noqa: F811
    client.teams.allocate_budget(team, {"amount_cents": 100, "mode": "test"})
    made = client.agents.create({"name": "in need", "team_id": team})
    with UpiviaClient(api_key=made["test_api_key"], pat=server.org["pat"], base_url=server.base) as agent:
        body = {"request_type": "budget_increase", "body": "The survey grew.", "amount_cents": 30}
        asked = by_agent(agent, "POST", "/agent-requests", body)
    assert asked["budget_request"]["status"] == "pending"
    wishes = client.budget_requests.list()["budget_requests"]
    assert asked["budget_request"]["id"] in [one["id"] for one in wishes]
    done = client.agent_requests.resolve(asked["request"]["id"], "Spend it well.")
    assert (done["request"]["status"], done["budget_request"]["status"]) == ("resolved", "approved")
    budget = call(client, "GET", f"/teams/{team}/budget", mode="test")
    assert (budget["pool"]["available_cents"], budget["allocations"][0]["available_cents"]) == (70, 30)


@pytest.mark.asyncio
async def test_the_asynchronous_client_says_the_same(server, client: UpiviaClient) -> None:
    async with AsyncUpiviaClient(pat=server.org["pat"], base_url=server.base) as other:
        asked = (await other.agent_requests.create(request_type="plan_change", body="By train?"))["request"]
        assert asked["agent_id"] is None
        listed = (await other.agent_requests.list(type="plan_change"))["requests"]
        assert asked["id"] in [one["id"] for one in listed]
        assert (await other.agent_requests.resolve(asked["id"], "Yes."))["request"]["response"] == "Yes."
