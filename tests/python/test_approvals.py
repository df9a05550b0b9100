"""A person in the middle: the published client lists, approves and rejects what an agent may not spend alone."""

from __future__ import annotations

import uuid

import pytest
from upivia import UpiviaClient

from payloads import MAIL

THRESHOLD = {"service": "email", "operation": "send", "approval_threshold_cents": 0}


@pytest.fixture
def asking(server, client: UpiviaClient) -> UpiviaClient:
    """A new agent that must ask before every mail; its client also carries the owner's token."""
    made = client._transport.request(
        "POST", "/api/v1/agents", body={"name": "Asker", "services": [THRESHOLD]}, auth="workspace"
    )
    return UpiviaClient(base_url=server.base, api_key=made["test_api_key"], pat=server.org["pat"])


def ask(asking: UpiviaClient) -> dict:
    asked = asking.service_requests.create(
        service="email", operation="send", payload=MAIL, idempotency_key=uuid.uuid4().hex
    )
    assert asked["status"] == "approval_required", asked
    assert asked["approval_id"] and asked["expires_at"] and isinstance(asked["estimated_cost_cents"], int)
    return asked


def pending(asking: UpiviaClient) -> list[str]:
    return [row["id"] for row in asking.approvals.list()["approvals"]]


def test_an_approval_resumes_the_original_request(asking: UpiviaClient) -> None:
    asked = ask(asking)
    assert asked["approval_id"] in pending(asking)
    approved = asking.approvals.approve(asked["approval_id"])
    assert approved["status"] == "executed" and approved["request_id"] == asked["request_id"], approved
    assert asking.service_requests.get(asked["request_id"])["status"] == "executed"
    assert asked["approval_id"] not in pending(asking)
    assert asking.approvals.approve(asked["approval_id"])["status"] == "executed", "a second yes changes nothing"


def test_a_rejection_blocks_the_request_for_good(asking: UpiviaClient) -> None:
    asked = ask(asking)
    rejected = asking.approvals.reject(asked["approval_id"])
    assert (rejected["status"], rejected["reason_code"]) == ("blocked", "approval_rejected"), rejected
    assert asking.service_requests.get(asked["request_id"])["status"] == "blocked"
    with pytest.raises(Exception) as refused:
        asking.approvals.approve(asked["approval_id"])
    assert "resolved" in str(refused.value)
