"""The stop switch, with the published client: whatever is stopped is blocked, and goes on once it is resumed."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING


def call(client: UpiviaClient, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """A call that the client has no method for."""
    return client._transport.request(method, f"/api/v1{path}", auth="workspace", body=body)


def send(client: UpiviaClient) -> dict[str, Any]:
    return client.service_requests.create(**MAIL_BINDING, payload=MAIL)


def test_an_agent_tree_is_stopped_and_resumed(client: UpiviaClient, new_agent: Callable[..., Any]) -> None:
    agent, bystander = new_agent(MAIL_BINDING), new_agent(MAIL_BINDING)
    scope = {"scope": "agent_tree", "id": agent.id}
    stopped = call(client, "POST", "/ops/stop", scope | {"reason": "it loops"})
    assert call(client, "POST", "/ops/stop", scope | {"reason": "again"}) == stopped
    try:
        refused = send(agent.client)
        assert (refused["status"], refused["reason_code"]) == ("blocked", "organization_suspended")
        assert [reason["scope"] for reason in refused["reasons"]] == ["agent_tree"]
        assert send(bystander.client)["status"] == "executed"
        listed = [one for one in call(client, "GET", "/ops/stops")["stops"] if one["id"] == agent.id]
        assert listed == [stopped]
        assert stopped["stopped_by_email"].startswith("owner@")
    finally:
        assert call(client, "POST", "/ops/resume", scope)["resumed"] is True
    assert send(agent.client)["status"] == "executed"
    assert call(client, "POST", "/ops/resume", scope)["resumed"] is False


def test_an_approval_during_a_stop_stays_pending(client: UpiviaClient, new_agent: Callable[..., Any]) -> None:
    agent = new_agent(MAIL_BINDING | {"approval_threshold_cents": 0})
    asked = send(agent.client)
    assert asked["status"] == "approval_required"
    scope = {"scope": "agent_tree", "id": agent.id}
    call(client, "POST", "/ops/stop", scope | {"reason": "we look first"})
    try:
        answer = client.approvals.approve(asked["approval_id"])
        assert (answer["status"], answer["reasons"][0]["scope"]) == ("approval_required", "agent_tree")
    finally:
        call(client, "POST", "/ops/resume", scope)
    assert client.approvals.approve(asked["approval_id"])["status"] == "executed"


def test_what_is_not_there_cannot_be_stopped(client: UpiviaClient) -> None:
    for body, status in [
        ({"scope": "team", "id": "team_0000000000000000000000", "reason": "x"}, 404),
        ({"scope": "agent_tree", "id": "agt_0000000000000000000000", "reason": "x"}, 404),
        ({"scope": "org", "id": "org_0000000000000000000000", "reason": "x"}, 404),
        ({"scope": "org"}, 400),
    ]:
        with pytest.raises(UpiviaError) as refused:
            call(client, "POST", "/ops/stop", body)
        assert refused.value.status == status, body
