"""Roles of one's own and tokens that may less, with the published client by token and by session."""

from __future__ import annotations

import json
import os
import time
import uuid
from pathlib import Path
from typing import Any, Iterator

import pytest
from upivia import UpiviaClient, UpiviaError

from fake_provider import FakeProvider
from server import PASSWORD, Server
from test_sign_in import Browser, client_of


def call(client: UpiviaClient, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    """A call that the client has no method for."""
    return client._transport.request(method, f"/api/v1{path}", auth="workspace", body=body, query=query)


def refused(status: int, client: UpiviaClient, *arguments: Any) -> UpiviaError:
    with pytest.raises(UpiviaError) as error:
        call(client, *arguments)
    assert error.value.status == status, error.value
    return error.value


@pytest.fixture
def owner(server: Server) -> Iterator[UpiviaClient]:
    """The owner, by a session alone."""
    browser = Browser(server.base)
    assert browser.sign_in(server.org["email"], PASSWORD) == 200
    with client_of(server, browser.cookie()) as signed_in:
        yield signed_in


@pytest.fixture(params=["token", "session"])
def manager(request: pytest.FixtureRequest, client: UpiviaClient, owner: UpiviaClient) -> UpiviaClient:
    """The owner, by either credential: both may manage roles and members."""
    return client if request.param == "token" else owner


def test_roles_are_made_changed_and_deleted(server: Server, manager: UpiviaClient) -> None:
    path = f"/orgs/{server.org['org_id']}/roles"
    body = {"name": f"Night watch {uuid.uuid4()}", "permissions": ["agent.read", "agent.pauseAny"]}
    role = call(manager, "POST", path, body)
    assert role["permissions"] == body["permissions"]
    assert role in call(manager, "GET", path)["roles"]
    changed = call(manager, "PATCH", f"{path}/{role['id']}", {"permissions": ["agent.manageAny"]})
    assert "agent.rotateKeyAny" in changed["permissions"]
    assert refused(400, manager, "POST", path, {"name": "x", "permissions": ["agent.flyAny"]}).code == "invalid_request"
    assert call(manager, "DELETE", f"{path}/{role['id']}")["removed"] is True
    assert refused(404, manager, "DELETE", f"{path}/{role['id']}").code == "not_found"


def test_the_permissions_are_listed(server: Server, manager: UpiviaClient) -> None:
    listed = call(manager, "GET", f"/orgs/{server.org['org_id']}/permissions")["permissions"]
    assert len(listed) >= 40 and all(one["held"] for one in listed)
    fixed = {"agent.createOwn", "agent.manageAny", "agent.deleteAny", "service.toggle", "workflow.create"}
    assert fixed <= {one["name"] for one in listed}


def test_the_last_owner_stays(server: Server, manager: UpiviaClient) -> None:
    org, me = server.org["org_id"], call(manager, "GET", "/whoami")["user"]["id"]
    members = call(manager, "GET", f"/orgs/{org}/members")["members"]
    assert [one["role"] for one in members if one["user_id"] == me] == ["owner"]
    for method, path, body in [
        ("PATCH", f"/orgs/{org}/members/{me}", {"role": "admin"}),
        ("DELETE", f"/orgs/{org}/members/{me}", None),
        ("POST", f"/orgs/{org}/leave", {}),
    ]:
        assert refused(409, manager, method, path, body).code == "last_owner"


def test_a_team_member_has_a_custom_role(server: Server, manager: UpiviaClient) -> None:
    role = call(
        manager,
        "POST",
        f"/orgs/{server.org['org_id']}/roles",
        {"name": f"Lead {uuid.uuid4()}", "permissions": ["team.manageOwn", "budget.requestOwn"]},
    )
    team = call(manager, "POST", "/teams", {"name": f"Team {uuid.uuid4()}"})["id"]
    me = call(manager, "GET", "/whoami")["user"]["id"]
    call(manager, "POST", f"/teams/{team}/members", {"user_id": me})
    member = manager.teams.members.update(team, me, {"role_id": role["id"]})
    assert (member["role"], member["role_id"], member["role_name"]) == ("custom", role["id"], role["name"])
    refused(409, manager, "DELETE", f"/orgs/{server.org['org_id']}/roles/{role['id']}")
    assert manager.teams.members.update(team, me, {"role": "worker"})["role_id"] is None


def test_a_token_with_chosen_permissions(server: Server, owner: UpiviaClient) -> None:
    minted = call(owner, "POST", "/personal-tokens", {"name": "reader", "permissions": ["balance.read", "agent.read"]})
    with UpiviaClient(pat=minted["token"], base_url=server.base) as reader:
        assert reader.balance.get()["currency"].upper() == "USD"
        assert call(reader, "GET", "/agents")["agents"]
        with pytest.raises(UpiviaError) as error:
            reader.agents.create({"name": "not by this token"})
        assert error.value.status == 403 and "agent.createOwn" in str(error.value)
        refused(403, reader, "GET", "/usage")
        refused(403, reader, "POST", f"/orgs/{server.org['org_id']}/leave", {})

    def shown() -> dict[str, Any]:
        listed = call(owner, "GET", "/personal-tokens")["personal_tokens"]
        return next(one for one in listed if one["id"] == minted["personal_token"]["id"])

    assert shown()["permissions"] == ["agent.read", "balance.read"] and "token" not in shown()
    # The use is noted beside the request.
    deadline = time.monotonic() + 10
    while shown()["last_used_at"] is None:
        assert time.monotonic() < deadline, "no use was noted"
        time.sleep(0.1)


@pytest.fixture
def platform(provider: FakeProvider, tmp_path: Path) -> Iterator[tuple[Server, dict[str, Any], dict[str, Any]]]:
    """A server of its own with two organizations; the owner of the second one runs the installation."""
    served = Server(tmp_path, os.environ.get("UPIVIA_TEST_STORE", "sqlite"), provider.url, 0)
    try:
        # Only one process may write to the embedded database.
        served.pause()
        email = "owner@root.example.com"
        named = ["--org", "root", "--email", email, "--platform-admin", "--password-stdin"]
        root = json.loads(served.run("bootstrap", "--json", *named, stdin=PASSWORD))
        served.base = served.serve()
        yield served, served.org, root
        served.verify()
    finally:
        served.stop()


def session_of(server: Server, email: str) -> UpiviaClient:
    browser = Browser(server.base)
    assert browser.sign_in(email, PASSWORD) == 200
    return client_of(server, browser.cookie())


def test_whoever_is_kept_out_gets_in_by_nothing(platform: tuple[Server, dict[str, Any], dict[str, Any]]) -> None:
    server, victim, root = platform
    body = {"reason": "The account was taken over."}
    suspend = f"/admin/users/{victim['email']}/suspend"
    with session_of(server, root["email"]) as admin, session_of(server, victim["email"]) as session:
        refused(404, session, "POST", f"/admin/users/{root['email']}/suspend", body)
        with UpiviaClient(pat=root["pat"], base_url=server.base) as by_token:
            refused(403, by_token, "POST", suspend, body)
        with UpiviaClient(pat=victim["pat"], base_url=server.base) as token:
            assert token.workspaces.list()["workspaces"] and session.workspaces.list()["workspaces"]
            assert call(admin, "POST", suspend, body)["suspended"] is True
            for kept_out in (token, session):
                refused(401, kept_out, "GET", "/workspaces")
            assert Browser(server.base).sign_in(victim["email"], PASSWORD) == 401
            assert call(admin, "POST", f"/admin/users/{victim['email']}/resume", body)["suspended"] is False
            assert token.workspaces.list()["workspaces"]
            refused(401, session, "GET", "/workspaces")
    assert Browser(server.base).sign_in(victim["email"], PASSWORD) == 200
