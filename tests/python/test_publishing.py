"""Publishing and the marketplace with the published client's transport: it has no methods of its own for them."""

from __future__ import annotations

import json
from typing import Callable, Iterator

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING
from test_teams import call


def published(client: UpiviaClient, agent: str, **body: object) -> dict:
    """Asked and approved by the owner, who may do both."""
    asked = call(client, "POST", f"/agents/{agent}/publish", body)
    assert asked["id"] in [one["id"] for one in call(client, "GET", "/publish-requests")["publish_requests"]]
    answered = call(client, "PATCH", f"/publish-requests/{asked['id']}", {"action": "approve"})
    assert answered["status"] == "approved"
    return answered


def test_a_publication_is_listed_until_it_is_revoked(client: UpiviaClient, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)
    answered = published(client, agent.id, scope="org", note="Finds things.")
    shown = call(client, "GET", "/publications", agent_id=agent.id)["publications"]
    assert [one["id"] for one in shown] == [answered["publication_id"]]
    assert shown[0]["manifest"]["operations"] == ["email.send"]
    neighbour = new_agent()
    assert agent.id in [one["id"] for one in neighbour.client.agents.list()["agents"]]
    revoked = call(client, "POST", f"/publications/{answered['publication_id']}/revoke", {})
    assert revoked["status"] == "revoked"
    assert agent.id not in [one["id"] for one in neighbour.client.agents.list()["agents"]]
    with pytest.raises(UpiviaError) as refused:
        body = {"id": answered["id"], "action": "reject"}
        call(client, "PATCH", "/publish-requests", body)
    assert (refused.value.status, refused.value.code) == (409, "publish_request_resolved")


@pytest.fixture
def elsewhere(client: UpiviaClient) -> Iterator[Callable[[], None]]:
    """Takes the token of the owner to another organization of theirs, and brings it back in the end."""
    home = client.workspaces.list()["workspaces"][0]["id"]

    def go() -> None:
        made = call(client, "POST", "/workspaces", {"name": "Elsewhere"})["workspace"]["id"]
        assert client.workspaces.switch(made)["workspace"]["id"] == made

    yield go
    client.workspaces.switch(home)


def test_another_organization_clones_a_listing_and_gets_no_money(server, client: UpiviaClient, elsewhere) -> None:
    body = {"name": "Listed", "system_prompt": "PROMPT-7", "monthly_budget_cents": 4242}
    agent = client.agents.create(body)["agent"]["id"]
    client.agents.enable_service(agent, MAIL_BINDING)
    listed = published(client, agent, scope="marketplace")
    elsewhere()
    listings = call(client, "GET", "/marketplace/listings")["listings"]
    mine = next(one for one in listings if one["id"] == listed["publication_id"])
    assert (mine["name"], mine["operations"], mine["system_prompt"]) == ("Listed", ["email.send"], None)
    text = json.dumps(listings)
    assert "PROMPT-7" not in text and "4242" not in text and agent not in text
    with pytest.raises(UpiviaError) as hidden:
        client.agents.get(agent)
    assert hidden.value.status == 404
    made = call(client, "POST", f"/marketplace/listings/{mine['id']}/clone", {"name": "Ours"})
    assert (made["agent"]["name"], made["services"], made["agent"]["monthly_budget_cents"]) == ("Ours", [], None)
    with UpiviaClient(api_key=made["api_key"], base_url=server.base) as clone:
        sent = clone.service_requests.create(**MAIL_BINDING, payload=MAIL)
        assert (sent["status"], sent["reason_code"]) == ("blocked", "policy_violation")
