"""Promo codes and the end of an organization, by people who signed in and by the published client."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest
from upivia import UpiviaClient, UpiviaError

from fake_provider import FakeProvider
from server import PASSWORD, Server, until_verified
from test_sign_in import Browser

FUND_CENTS = 900


class Admin:
    """A platform administrator who signed in."""

    def __init__(self, server: Server, email: str) -> None:
        self.server = server
        browser = Browser(server.base)
        assert browser.sign_in(email, PASSWORD) == 200
        self.cookie = browser.cookie()

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        request = urllib.request.Request(
            f"{self.server.base}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"cookie": self.cookie, "content-type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)


@pytest.fixture(scope="module")
def own(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own: its organizations are closed here, and its owner runs the installation."""
    import os

    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    directory: Path = tmp_path_factory.mktemp("promos")
    served = PlatformServer(directory, store, provider.url, FUND_CENTS)
    yield from until_verified(served)


class PlatformServer(Server):
    """Two organizations: the first one's owner is a platform administrator, the second one's is not."""

    def bootstrap(self, org: str, fund_cents: int, password: str | None = None) -> dict[str, Any]:
        named = ["--org", org, "--email", f"root@{org}.example.com", "--fund-cents", str(fund_cents)]
        root = self.run("bootstrap", "--json", "--platform-admin", "--password-stdin", *named, stdin=password)
        self.tenant = super().bootstrap("tenant", fund_cents, password)
        return json.loads(root)


@pytest.fixture
def admin(own: Server) -> Admin:
    return Admin(own, own.org["email"])


def client_of(own: Server, org: dict[str, Any]) -> UpiviaClient:
    return UpiviaClient(pat=org["pat"], api_key=org["agent_key_live"], base_url=own.base)


def call(client: UpiviaClient, method: str, path: str, body: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
    return client._transport.request(method, f"/api/v1{path}", auth="workspace", body=body, query=query)


def test_a_code_is_redeemed_once_and_capped(own: PlatformServer, admin: Admin) -> None:
    code = {"code": "Hello-2026", "amount_cents": 250, "max_redemptions": 1}
    status, made = admin.ask("POST", "/admin/promo-codes", code)
    assert (status, made["code"]) == (201, "HELLO-2026")
    assert admin.ask("POST", "/admin/promo-codes", code)[0] == 409
    with client_of(own, own.tenant) as tenant, client_of(own, own.org) as late:
        before = tenant.balance.get()["amount_cents"]
        redeemed = call(tenant, "POST", "/promo/redeem", {"code": "hello-2026"})
        assert (redeemed["amount_cents"], redeemed["balance"]["amount_cents"]) == (250, before + 250)
        for who, reason in [(tenant, "promo_already_redeemed"), (late, "promo_used_up")]:
            with pytest.raises(UpiviaError) as refused:
                call(who, "POST", "/promo/redeem", {"code": "HELLO-2026"})
            assert (refused.value.status, refused.value.code) == (409, reason)
        with pytest.raises(UpiviaError) as unknown:
            call(tenant, "POST", "/promo/redeem", {"code": "never-made"})
        assert unknown.value.status == 404
    assert admin.ask("DELETE", "/admin/promo-codes?code=HELLO-2026")[1]["active"] is False
    listed = admin.ask("GET", "/admin/promo-codes")[1]["promo_codes"]
    assert (listed[0]["redemptions"], listed[0]["redeemed_cents"]) == (1, 250)


def test_an_owner_who_runs_nothing_gets_403(own: PlatformServer) -> None:
    owner = Admin(own, own.tenant["email"])
    code = {"code": "mine", "amount_cents": 100_000}
    for method, path, body in [
        ("GET", "/admin/promo-codes", None),
        ("POST", "/admin/promo-codes", code),
        ("DELETE", "/admin/promo-codes?code=mine", None),
        ("POST", f"/admin/organizations/{own.org['org_id']}/suspend", {"reason": "x"}),
    ]:
        assert owner.ask(method, path, body)[0] == 403, (method, path)


def test_an_organization_is_suspended_closed_and_paid_out(own: PlatformServer, admin: Admin) -> None:
    org = own.tenant["org_id"]
    path = f"/admin/organizations/{org}"
    mail = {"service": "email", "operation": "send", "payload": {"to": "a@example.com", "subject": "s", "body": "b"}}
    with client_of(own, own.tenant) as owner:
        assert admin.ask("POST", f"{path}/suspend", {"reason": "chargebacks"})[1]["status"] == "suspended"
        refused = owner.service_requests.create(**mail)
        assert (refused["status"], refused["reason_code"]) == ("blocked", "organization_suspended")
        assert call(owner, "GET", "/ops/stops")["organization"]["reason"] == "chargebacks"
        assert admin.ask("POST", f"{path}/reactivate", {"reason": "paid"})[1]["status"] == "active"

        assert call(owner, "POST", f"/orgs/{org}/close", {"confirm": True})["status"] == "closing"
        with pytest.raises(UpiviaError) as dead:
            owner.service_requests.create(**mail)
        assert dead.value.status == 401
        deadline = time.monotonic() + 30
        while admin.ask("GET", path)[1]["status"] != "closed":
            assert time.monotonic() < deadline, "nothing is open, and it is not closed"
            time.sleep(0.2)
        left = call(owner, "GET", "/balance", mode="live")["amount_cents"]
        assert left > 0, "the money stays where it is, and is seen"
        status, paid = admin.ask("POST", f"{path}/payout", {"amount_cents": left, "note": "Bank transfer"})
        assert (status, paid["live"]["posted_cents"]) == (200, 0)
        assert admin.ask("POST", f"{path}/payout", {"amount_cents": 1, "note": "x"})[0] == 409
        kinds = {row["event_type"] for row in owner.audit_logs.list(limit=100)["logs"]}
        assert {"organization.closing", "organization.closed", "wallet.paid_out"} <= kinds
