"""Delegated tasks and proposed skills with the published client: caps that hold, steps of both sides, people who decide."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from upivia import AsyncUpiviaClient, UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING
from wallet import usd


def mail(client: UpiviaClient, task: str | None = None) -> dict[str, Any]:
    metadata = {"delegated_task_id": task} if task else None
    return client.service_requests.create(**MAIL_BINDING, payload=MAIL, metadata=metadata)


def spent(client: UpiviaClient, agent_id: str, task_id: str) -> Decimal:
    """What test money was spent for a task, as its own agent sees it."""
    received = client.delegate.list(agent_id, direction="received")["delegated_tasks"]
    task = next(one for one in received if one["id"] == task_id)
    assert task["mode"] == "test" and task["held_cents"] == 0
    return usd(task, "spent")


def test_a_task_is_given_worked_on_and_completed(new_agent) -> None:
    parent, child = new_agent(MAIL_BINDING), new_agent(MAIL_BINDING)
    task = parent.client.delegate.create(
        agent_id=parent.id,
        child_agent_id=child.id,
        objective="Write to three customers.",
        budget_dollars=0.5,
        permissions=["email"],
        model_id="openai/gpt-4o-mini",
    )
    assert (task["status"], task["budget_cap_cents"], task["permissions"]) == ("pending", 50, ["email.send"])
    created = parent.client.delegate.list(parent.id, direction="outgoing", status="pending")["delegated_tasks"]
    assert [one["id"] for one in created] == [task["id"]]
    assert child.client.delegate.get_task(child.id, task["id"])["objective"] == "Write to three customers."
    seen = child.client.delegate.reattach(task["id"])
    for status in ("accepted", "in_progress"):
        assert child.client.delegate.update_task(child.id, task["id"], {"status": status})["status"] == status
    sent = mail(child.client)
    assert sent["status"] == "executed"
    assert spent(child.client, child.id, task["id"]) == usd(sent, "cost") > 0
    done = child.client.delegate.update_task(child.id, task["id"], {"status": "completed", "result": "Three letters."})
    assert (done["result"], done["remaining_cents"]) == ("Three letters.", 0)
    again = child.client.delegate.reattach(task["id"], since=seen["seq"])
    assert (again["status"], again["changed"], again["file_writes"]) == ("completed", True, [])
    refused = mail(child.client, task["id"])
    assert (refused["status"], refused["reason_code"], refused["reasons"][0]["scope"]) == (
        "blocked",
        "agent_budget_exceeded",
        "delegation",
    )
    assert mail(child.client)["status"] == "executed", "without the task it is free again"


def test_a_cap_holds_whatever_comes_at_once(new_agent) -> None:
    parent, child = new_agent(MAIL_BINDING), new_agent(MAIL_BINDING)
    price = usd(mail(child.client), "cost")
    cap = 2
    task = parent.client.delegate.create(
        agent_id=parent.id, child_agent_id=child.id, objective="Write.", budget_cap_cents=cap
    )
    fitting = int(Decimal(cap) / 100 / price)
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: mail(child.client), range(fitting + 30)))
    executed = [one for one in answers if one["status"] == "executed"]
    assert len(executed) == fitting
    assert {one["reason_code"] for one in answers if one["status"] == "blocked"} == {"agent_budget_exceeded"}
    total = spent(child.client, child.id, task["id"])
    assert total == sum(usd(one, "cost") for one in executed) <= Decimal(cap) / 100


def test_of_several_tasks_one_is_named_and_one_is_taken_back(new_agent) -> None:
    parent, child = new_agent(MAIL_BINDING), new_agent(MAIL_BINDING)
    give = lambda: parent.client.delegate.create(  # noqa: E731
        agent_id=parent.id, child_agent_id=child.id, objective="Write.", budget_cap_cents=100
    )["id"]
    one, two = give(), give()
    for task in (None, "dlg_nothing"):
        with pytest.raises(UpiviaError) as unclear:
            mail(child.client, task)
        assert unclear.value.status == 400 and "metadata.delegated_task_id" in str(unclear.value)
    assert mail(child.client, two)["status"] == "executed"
    with pytest.raises(UpiviaError) as other_side:
        parent.client.delegate.update_task(child.id, one, {"status": "cancelled"})
    assert other_side.value.status == 403
    assert parent.client.delegate.update_task(parent.id, one, {"status": "cancelled"})["status"] == "cancelled"
    with pytest.raises(UpiviaError) as over:
        child.client.delegate.update_task(child.id, one, {"status": "completed"})
    assert (over.value.status, over.value.code) == (409, "task_state_conflict")
    assert mail(child.client, one)["reason_code"] == "agent_budget_exceeded"
    check = child.client._transport.request(
        "POST",
        "/api/v1/simulations/policy-check",
        auth="workspace",
        body={"agent_id": child.id, **MAIL_BINDING, "payload": MAIL, "mode": "test", "metadata": {"delegated_task_id": one}},
    )
    assert (check["decision"], check["reason_code"], check["reasons"][0]["scope"]) == (
        "blocked",
        "agent_budget_exceeded",
        "delegation",
    )
    assert mail(child.client)["status"] == "executed", "the other one is the only one now"


def test_what_a_task_does_not_allow_is_refused(new_agent) -> None:
    parent, child = new_agent(MAIL_BINDING), new_agent(MAIL_BINDING)
    with pytest.raises(UpiviaError) as granted:
        parent.client.delegate.create(agent_id=parent.id, child_agent_id=child.id, objective="Call.", permissions=["sms"])
    assert granted.value.status == 400 and "permissions" in str(granted.value)
    parent.client.delegate.create(agent_id=parent.id, child_agent_id=child.id, objective="Nothing.", permissions=[])
    refused = mail(child.client)
    assert (refused["reason_code"], refused["reasons"][0]["scope"]) == ("policy_violation", "delegation")


async def test_the_asynchronous_client_delegates_too(server, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    made = agent.client.agents.reset_key(agent.id)
    async with AsyncUpiviaClient(api_key=made["test_api_key"], pat=server.org["pat"], base_url=server.base) as client:
        task = await client.delegate.create(agent_id=agent.id, objective="Think.", budget_cap_cents=0)
        assert (task["child_agent_id"], task["budget_cap_cents"]) == (agent.id, 0)
        listed = await client.delegate.list(agent.id, direction="incoming")
        assert [one["id"] for one in listed["delegated_tasks"]] == [task["id"]]
        refused = await client.service_requests.create(**MAIL_BINDING, payload=MAIL)
        assert refused["reason_code"] == "agent_budget_exceeded"
        assert (await client.delegate.get_task(agent.id, task["id"]))["status"] == "pending"
        ended = await client.delegate.update_task(agent.id, task["id"], {"status": "failed"})
        assert ended["status"] == (await client.delegate.reattach(task["id"]))["status"] == "failed"


def test_a_person_decides_which_skills_an_agent_learns(new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    path = f"/api/v1/agents/{agent.id}/skill-proposals"
    call = agent.client._transport.request
    proposed = call("POST", path, auth="agent", body={"name": "Reminders", "instructions": "Thank first.", "reason": None})
    assert proposed["status"] == "pending" and agent.client.agents.skills(agent.id)["learnt"] == []
    decide = {"proposal_id": proposed["id"], "action": "approve"}
    with pytest.raises(UpiviaError) as own:
        call("PATCH", path, auth="agent", body=decide)
    assert own.value.status == 403
    assert call("PATCH", path, auth="workspace", body=decide)["status"] == "approved"
    assert [one["id"] for one in agent.client.agents.skills(agent.id)["learnt"]] == [proposed["id"]]
    listed = call("GET", path, auth="agent", query={"status": "approved"})["skill_proposals"]
    assert [one["instructions"] for one in listed] == ["Thank first."]
    kinds = {row["event_type"] for row in agent.client.audit_logs.list(agent_id=agent.id, limit=50)["logs"]}
    assert {"skill.proposed", "skill.approved"} <= kinds
