"""Money down the tree with the published client: wallet, pool, worker, and back, seen by agents."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING
from server import PASSWORD
from test_sign_in import Browser


def call(client: UpiviaClient, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    """A call that the client has no method for."""
    return client._transport.request(method, f"/api/v1{path}", auth="workspace", body=body, query=query)


@pytest.fixture
def team(client: UpiviaClient) -> str:
    """A team of its own, whose only member is the owner."""
    team = call(client, "POST", "/teams", {"name": f"Team {uuid.uuid4()}"})["id"]
    me = call(client, "GET", "/whoami")["user"]["id"]
    call(client, "POST", f"/teams/{team}/members", {"user_id": me})
    return team


def test_a_pool_is_what_its_agents_spend(server, client: UpiviaClient, team: str) -> None:
    assert team in [one["id"] for one in client.teams.list()["teams"]]
    made = client.agents.create({"name": "in the team", "team_id": team})
    client.agents.enable_service(made["agent"]["id"], MAIL_BINDING)
    with UpiviaClient(api_key=made["test_api_key"], base_url=server.base) as agent:
        send = lambda: agent.service_requests.create(**MAIL_BINDING, payload=MAIL)  # noqa: E731
        assert send()["status"] == "executed"
        first = client.teams.allocate_budget(team, {"amount_cents": 100, "mode": "test"})
        assert (first["moved_agents"], first["moved_agent_count"]) == (True, 1)
        assert send()["status"] == "executed"
        left = call(client, "GET", f"/teams/{team}/budget", mode="test")["pool"]["available_cents"]
        assert 0 < left < 100
        call(client, "POST", f"/teams/{team}/budget/take-back", {"amount_cents": left, "mode": "test"})
        call(client, "PATCH", f"/teams/{team}", {"monthly_limit_cents": 0})
        assert send()["reason_code"] == "team_budget_exceeded"


def test_members_have_roles_and_ask_for_budgets(client: UpiviaClient, team: str) -> None:
    member = client.teams.members.list(team)["members"][0]
    assert member["role"] == "worker"
    assert client.teams.members.update(team, member["id"], {"role": "manager"})["role"] == "manager"
    client.teams.allocate_budget(team, {"amount_cents": 50})
    asked = client.budget_requests.create({"team_id": team, "amount_cents": 20, "reason": "mails"})
    assert asked["id"] in [one["id"] for one in client.budget_requests.list()["budget_requests"]]
    assert client.budget_requests.resolve(asked["id"], {"action": "approve"})["status"] == "approved"
    with pytest.raises(UpiviaError) as refused:
        client.budget_requests.resolve(asked["id"], {"action": "reject"})
    assert refused.value.status == 409
    budget = client.teams.budget(team)
    assert budget["pool"]["available_cents"] == 30
    assert budget["allocations"][0]["available_cents"] == 20


def test_an_owner_credits_play_money_and_no_live_money(client: UpiviaClient) -> None:
    before = call(client, "GET", "/balance", mode="test")["posted_cents"]
    after = call(client, "POST", "/balance/top-up", {"amount_cents": 500, "mode": "test"})["posted_cents"]
    assert after - before == 500
    with pytest.raises(UpiviaError) as refused:
        call(client, "POST", "/balance/top-up", {"amount_cents": 500})
    assert refused.value.status == 403


def test_a_session_looks_at_a_team_and_at_all_again(server, client: UpiviaClient, team: str) -> None:
    browser = Browser(server.base)
    assert browser.sign_in(server.org["email"], PASSWORD) == 200
    with UpiviaClient(base_url=server.base) as looking:
        # As a browser does: the client's own jar keeps what it is given.
        http = looking._transport.client
        http.cookies.update({cookie.name: cookie.value for cookie in browser.jar})
        assert looking.teams.list()["active_team_id"] is None
        assert looking.teams.switch(team)["team"]["id"] == team
        assert looking.teams.list()["active_team_id"] == team
        with pytest.raises(UpiviaError) as refused:
            looking.teams.switch("team_0000000000000000000000")
        assert refused.value.status == 404 and looking.teams.list()["active_team_id"] == team
        assert looking.teams.switch(None)["team"] is None
        assert looking.teams.list()["active_team_id"] is None
