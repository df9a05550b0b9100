"""Agents change, are copied, change hands and end, through the published client."""

from __future__ import annotations

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING


def buy(client: UpiviaClient) -> dict:
    return client.service_requests.create(service="email", operation="send", payload=MAIL)


def test_an_update_holds_from_the_next_request_on(new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    assert buy(agent.client)["status"] == "executed"
    changed = agent.client.agents.update(agent.id, {"status": "paused", "defaultModelId": "m-1", "voiceConfig": {"a": 1}})
    assert (changed["agent"]["status"], changed["agent"]["default_model_id"]) == ("paused", "m-1")
    refused = buy(agent.client)
    assert (refused["status"], refused["reason_code"]) == ("failed", "agent_disabled")
    agent.client.agents.update(agent.id, {"status": "active", "defaultModelId": None})
    assert buy(agent.client)["status"] == "executed"
    shown = agent.client.agents.get(agent.id)["agent"]
    assert (shown["default_model_id"], shown["voice_config"]) == (None, {"a": 1})
    with pytest.raises(UpiviaError) as unknown:
        agent.client.agents.update(agent.id, {"colour": "red"})
    assert unknown.value.status == 400 and "colour" in str(unknown.value)


def test_a_clone_buys_with_keys_of_its_own(new_agent, server) -> None:
    agent = new_agent(MAIL_BINDING)
    made = agent.client.agents.clone(agent.id, {"name": "twin"})
    assert made["agent"]["name"] == "twin" and made["agent"]["id"] != agent.id
    assert made["services"] == agent.client.agents.get(agent.id)["services"]
    with UpiviaClient(api_key=made["test_api_key"], base_url=server.base) as twin:
        assert buy(twin)["status"] == "executed"


def test_a_transfer_leaves_the_old_keys_dead(new_agent, server) -> None:
    agent = new_agent(MAIL_BINDING)
    owner = agent.client.agents.get(agent.id)["agent"]["owner_id"]
    given = agent.client.agents.transfer(agent.id, {"user_id": owner})
    with pytest.raises(UpiviaError) as dead:
        buy(agent.client)
    assert dead.value.status == 401
    with UpiviaClient(api_key=given["test_api_key"], base_url=server.base) as again:
        assert buy(again)["status"] == "executed"


def test_a_deleted_agent_leaves_its_past(new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    made = buy(agent.client)
    owner = agent.client
    assert owner.agents.delete(agent.id)["status"] == "deleted"
    with pytest.raises(UpiviaError) as dead:
        buy(agent.client)
    assert dead.value.status == 401
    with pytest.raises(UpiviaError) as gone:
        owner.agents.get(agent.id)
    assert gone.value.status == 404
    rows = owner.audit_logs.list(agent_id=agent.id, limit=100)["logs"]
    assert rows[0]["event_type"] == "agent.deleted" and any(row["request_id"] == made["request_id"] for row in rows)


def test_yupi_is_protected(client: UpiviaClient, server) -> None:
    with UpiviaClient(pat=server.org["pat"], api_key=server.org["pat"], base_url=server.base) as owner:
        yupi = next(agent for agent in owner.agents.list()["agents"] if agent["kind"] == "yupi")
    for attempt in (lambda: client.agents.delete(yupi["id"]), lambda: client.agents.update(yupi["id"], {"status": "disabled"})):
        with pytest.raises(UpiviaError) as refused:
            attempt()
        assert refused.value.status == 403 and "Yupi" in str(refused.value)


def test_skills_activity_and_health(new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    agents = agent.client.agents
    assert [skill["operation"] for skill in agents.skills(agent.id)["services"]] == ["send"]
    assert agents.remove_skill(agent.id, "wf_nothing")["removed"] is False
    assert agents.health(agent.id)["health"] == "idle"
    for _ in range(3):
        buy(agent.client)
    health = agents.health(agent.id)
    assert (health["health"], health["calls"], health["failed"]) == ("healthy", 3, 0)
    assert health["latency_p50_ms"] >= 0
    fleet = agents.fleet_health()
    assert next(one for one in fleet["agents"] if one["agent_id"] == agent.id)["calls"] == 3
    assert sum(fleet["summary"][name] for name in ("healthy", "degraded", "failing", "idle")) == fleet["summary"]["total"]
    page = agents.activity(agent.id, limit=100, verify=True)
    assert page["verification"]["verified"] is True and page["verification"]["checked"] >= len(page["logs"])
    assert len(page["service_requests"]) == 3 and not page["hasMore"]
    assert list(agents.activity_iter(agent.id, limit=2)) == page["logs"]
    assert len(agents.activity(agent.id, type="request.executed")["logs"]) == 3
