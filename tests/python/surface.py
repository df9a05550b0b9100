"""One thing of each kind that a path of the API can name, so that generated requests reach what lies behind the ids.

What cannot be made here: a signature over a body that is not known yet (``/webhooks/{provider}/reconcile``) and a suspended
operation. What ends the credentials of the run gets credentials of its own.
"""

from __future__ import annotations

import json
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from payloads import MAIL, MAIL_BINDING
from server import PASSWORD, Server
from test_sign_in import Browser
from waiting import wait_for

SETTINGS = {
    # Nothing is answered 429, and what takes long is soon answered.
    "UPIVIA_RATE_LIMIT_PER_SECOND": "0",
    "UPIVIA_RATE_LIMIT_BURST": "0",
    "UPIVIA_CONCURRENCY_LIMIT": "0",
    "UPIVIA_ANSWER_WITHIN": "1s",
    "UPIVIA_PROVIDER_TIMEOUT": "2s",
}
CODE = "SURFACE-2026"


class Surface(Server):
    """The first organization's owner runs the installation. The others may be stopped and left, suspended, and closed."""

    def __init__(self, directory: Path, store: str, provider_url: str) -> None:
        self.stopped: dict[str, Any] = {}
        self.ended: dict[str, Any] = {}
        self.closed: dict[str, Any] = {}
        super().__init__(directory, store, provider_url, 100_000, SETTINGS)
        self.session = self.signed_in(self.org["email"])
        self.ids = self.things()

    def bootstrap(self, org: str, fund_cents: int, password: str | None = None) -> dict[str, Any]:
        named = ["--org", org, "--email", f"owner@{org}.example.com", "--fund-cents", str(fund_cents)]
        made = self.run("bootstrap", "--json", *named, "--platform-admin", "--password-stdin", stdin=password)
        self.stopped = super().bootstrap("stopped", 1_000, PASSWORD)
        self.ended = super().bootstrap("ended", 1_000, PASSWORD)
        self.closed = super().bootstrap("closed", 1_000, PASSWORD)
        return json.loads(made)

    def signed_in(self, email: str) -> str:
        browser = Browser(self.base)
        assert browser.sign_in(email, PASSWORD) == 200
        return next(cookie.value for cookie in browser.jar if cookie.name == "next-auth.session-token")

    def ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> dict[str, Any]:
        """By the owner's session, or by that key."""
        shown = {"authorization": f"Bearer {key}"} if key else {"cookie": f"next-auth.session-token={self.session}"}
        request = urllib.request.Request(
            f"{self.base}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", "idempotency-key": uuid.uuid4().hex, **shown},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def agent(self, name: str, **binding: Any) -> dict[str, Any]:
        return self.ask("POST", "/agents", {"name": name, "services": [MAIL_BINDING | binding]})

    def mail(self, key: str, **more: Any) -> dict[str, Any]:
        return self.ask("POST", "/service-requests", {**MAIL_BINDING, "payload": {**MAIL, **more}}, key)

    def colleague(self) -> str:
        """The id of a person who accepted an invitation."""
        made = self.invite("colleague@acme.example.com")
        self.ask("POST", f"/invites/{made['token']}/accept", {"name": "Grace", "password": PASSWORD})
        members = self.ask("GET", f"/orgs/{self.org['org_id']}/members")["members"]
        return next(one["user_id"] for one in members if one["email"] == "colleague@acme.example.com")

    def invite(self, email: str) -> dict[str, Any]:
        made = self.ask("POST", f"/orgs/{self.org['org_id']}/invites", {"email": email})
        return {"token": made["accept_url"].partition("#")[2], "id": made["invite"]["id"]}

    def lost(self) -> str:
        """A request whose outcome nobody knows."""
        request = self.mail(self.org["agent_key_test"], sandbox={"hang": True})["request_id"]
        listed = lambda: self.ask("GET", "/ops/unresolved?mode=test&state=unknown")["unresolved"]  # noqa: E731
        wait_for(lambda: request in [one["request_id"] for one in listed()], "the provider's time is over")
        return request

    def published(self, agent: str) -> str:
        asked = self.ask("POST", f"/agents/{agent}/publish", {"scope": "marketplace"})["id"]
        return self.ask("PATCH", f"/publish-requests/{asked}", {"action": "approve"})["publication_id"]

    def question(self) -> str:
        body = {"request_type": "blocked", "body": "Help."}
        return self.ask("POST", "/agent-requests", body, self.org["agent_key_test"])["request"]["id"]

    def things(self) -> dict[str, str]:
        """By what they are called in :meth:`named`."""
        org, own, user = self.org["org_id"], self.org["agent_id"], self.colleague()
        asking = self.agent("Asker", approval_threshold_cents=0)
        agent, key = asking["agent"]["id"], asking["test_api_key"]
        team = self.ask("POST", "/teams", {"name": "Surface"})["id"]
        for one in (user, self.ask("GET", "/whoami")["user"]["id"]):
            self.ask("POST", f"/teams/{team}/members", {"user_id": one})
        for mode in ("test", "live"):
            self.ask("POST", f"/teams/{team}/budget/allocate", {"amount_cents": 100, "mode": mode})
        self.ask("POST", "/admin/promo-codes", {"code": CODE, "amount_cents": 100, "max_redemptions": 100, "mode": "test"})
        endpoint = self.ask("POST", "/webhook-endpoints", {"url": "https://hooks.example.com/upivia"})
        endpoint = endpoint["webhook_endpoint"]["id"]
        invite = self.invite("invited@acme.example.com")
        return {
            "org": org,
            "user": user,
            "agent": agent,
            "spare agent": self.agent("Spare")["agent"]["id"],
            "own agent": own,
            "task": self.ask("POST", f"/agents/{own}/delegated-tasks", {"objective": "Write."})["id"],
            "request": self.mail(self.org["agent_key_test"])["request_id"],
            "lost": self.lost(),
            "approved": self.mail(key)["approval_id"],
            "rejected": self.mail(key)["approval_id"],
            "team": team,
            "role": self.ask("POST", f"/orgs/{org}/roles", {"name": "Guest", "permissions": []})["id"],
            "token": self.ask("POST", "/personal-tokens", {"name": "CI"})["personal_token"]["id"],
            "wish": self.ask("POST", "/budget-requests", {"team_id": team, "amount_cents": 1})["id"],
            "question": self.question(),
            "to publish": self.ask("POST", f"/agents/{agent}/publish", {"scope": "org"})["id"],
            "proposal": self.ask(
                "POST", f"/agents/{agent}/skill-proposals", {"name": "Polite", "instructions": "Thank first."}
            )["id"],
            "publication": self.published(self.agent("Published")["agent"]["id"]),
            "listing": self.published(self.agent("Listed")["agent"]["id"]),
            "endpoint": endpoint,
            "delivery": self.ask("POST", f"/webhook-endpoints/{endpoint}/test", {})["id"],
            "invite": invite["id"],
            "link": invite["token"],
        }

    def named(self, method: str, path: str) -> dict[str, str]:
        """What the parameters of a route must be to name something."""
        ids = self.ids
        known = {
            "path.id": self.id_of(f"{method} {path}", path.split("/")[3]),
            "path.task_id": ids["task"],
            "path.delivery_id": ids["delivery"],
            "path.role_id": ids["role"],
            "path.user_id": ids["user"],
            "path.membership_id": ids["user"],
            "path.uid": ids["user"],
            "path.token": ids["link"],
            "path.provider": "sandbox",
            "query.invite_id": ids["invite"],
            "query.service_id": "email",
        }
        return {name: value for name, value in known.items() if value}

    def examples(self, method: str, path: str, operation: str) -> str:
        """The operation's part of the document: what stands in its examples for things of the caller names things."""
        org = self.other(f"{method} {path}")
        there = {
            "agt": org.get("agent_id") or self.ids["own agent"],
            "org": org.get("org_id") or self.ids["org"],
            "usr": self.ids["user"],
            "team": self.ids["team"],
            "arq": self.ids["question"],
            "prq": self.ids["to publish"],
            "skp": self.ids["proposal"],
            "srq": self.ids["request"],
        }
        for prefix, id in there.items():
            operation = operation.replace(f"{prefix}_{'0' * 22}", id)
        return operation.replace("WELCOME-2026", CODE)

    def id_of(self, route: str, group: str) -> str:
        if org := self.other(route):
            return org["email"] if "/users/" in route else org["org_id"]
        return self.ids.get(EXACTLY.get(route) or GROUPS.get(group, ""), "")

    def other(self, route: str) -> dict[str, Any]:
        """The organization that a route may end, where that is not the first one."""
        if route in CLOSING:
            return self.closed
        if "/api/v1/admin/organizations/" in route or "/api/v1/admin/users/" in route:
            return self.ended
        return self.stopped if route in STOPPING else {}

    def headers(self, method: str, path: str) -> dict[str, str]:
        """The credential of who may come to an end."""
        org = self.other(f"{method} {path}")
        if not org or "/admin/" in path:
            return {}
        if "/me/" in path:
            return {"cookie": f"next-auth.session-token={self.signed_in(org['email'])}"}
        return {"authorization": f"Bearer {org['pat']}"}


# Ends a session or an organization: done to one that is there for it, by its owner.
CLOSING = {"POST /api/v1/me/sign-out-everywhere", "POST /api/v1/me/password", "POST /api/v1/orgs/{id}/close"}
# Ends the work of everybody, or takes the token elsewhere.
STOPPING = {
    "POST /api/v1/ops/stop",
    "POST /api/v1/ops/resume",
    "POST /api/v1/orgs/{id}/leave",
    "POST /api/v1/workspaces/switch",
}
# What `{id}` is, by the first word of the path.
GROUPS = {
    "orgs": "org",
    "agents": "agent",
    "delegated-tasks": "task",
    "service-requests": "request",
    "ops": "lost",
    "approvals": "approved",
    "teams": "team",
    "personal-tokens": "token",
    "budget-requests": "wish",
    "agent-requests": "question",
    "publish-requests": "to publish",
    "publications": "publication",
    "marketplace": "listing",
    "webhook-endpoints": "endpoint",
}
EXACTLY = {
    "DELETE /api/v1/agents/{id}": "spare agent",
    "POST /api/v1/approvals/{id}/reject": "rejected",
    # An agent's key opens what is its own.
    "GET /api/v1/agents/{id}/delegated-tasks": "own agent",
    "POST /api/v1/agents/{id}/delegated-tasks": "own agent",
    "GET /api/v1/agents/{id}/delegated-tasks/{task_id}": "own agent",
    "PATCH /api/v1/agents/{id}/delegated-tasks/{task_id}": "own agent",
    "GET /api/v1/agents/{id}/skill-proposals": "own agent",
    "POST /api/v1/agents/{id}/skill-proposals": "own agent",
}
