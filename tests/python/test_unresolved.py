"""A provider that never answers: a person finds what is held, charges or releases it, and every figure adds up."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from typing import Any, Iterator

import pytest

from fake_provider import FakeProvider
from payloads import MAIL
from server import Server, until_verified
from waiting import wait_for

LOST = {**MAIL, "sandbox": {"hang": True}}
REASON = "The provider's statement of today says so."


class Impatient(Server):
    """Gives a provider half a second, and samples the books five times a second."""

    def serve(self) -> str:
        self.env |= {"UPIVIA_PROVIDER_TIMEOUT": "500ms", "UPIVIA_GAUGES_EVERY": "200ms"}
        return super().serve()

    def call(self, method: str, path: str, token: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        data = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", **named}
        request = urllib.request.Request(f"{self.base}{path}", data=data, method=method, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer), answer.headers
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused), refused.headers

    def person(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        return self.call(method, f"/api/v1{path}", self.org["pat"], body, **headers)

    def agent(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, Any]:
        return self.call(method, f"/api/v1{path}", self.org["agent_key_test"], body, **headers)

    def lose(self) -> str:
        """A request whose answer never comes; it is unknown once the provider's time is over."""
        body = {"service": "email", "operation": "send", "payload": LOST}
        status, asked, _ = self.agent("POST", "/service-requests", body, Idempotency_Key=uuid.uuid4().hex)
        assert status in (200, 202) and asked["status"] == "running", asked
        wait_for(lambda: self.row(asked["request_id"]) is not None, "it is listed")
        return asked["request_id"]

    def row(self, request_id: str) -> dict[str, Any] | None:
        status, page, _ = self.person("GET", "/ops/unresolved?mode=test&state=unknown&limit=200")
        assert status == 200, page
        return next((row for row in page["unresolved"] if row["request_id"] == request_id), None)

    def balance(self) -> dict[str, Any]:
        return self.person("GET", "/balance?mode=test")[1]

    def figure(self, name: str) -> str:
        with urllib.request.urlopen(f"{self.base}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        found = [line.rsplit(" ", 1)[1] for line in lines if line.startswith(f"{name} ")]
        assert len(found) == 1, f"{name}: {found}"
        return found[0]


@pytest.fixture(scope="module")
def impatient(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Impatient]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    served = Impatient(tmp_path_factory.mktemp("unresolved"), store, provider.url, 0)
    yield from until_verified(served)


UNKNOWN = 'upivia_open_outcomes{mode="test",state="unknown"}'


def nanos(usd: str) -> int:
    whole, places = usd.split(".")
    return int(whole) * 10**9 + int(places.ljust(9, "0"))


def test_a_person_charges_what_nobody_knows(impatient: Impatient) -> None:
    before = impatient.balance()
    request_id = impatient.lose()
    row = impatient.row(request_id)
    assert row and row["why"]["code"] == "no_certain_answer" and row["can_release_at"] is None, row
    held = nanos(row["held_usd"])
    assert held > 0 and nanos(impatient.balance()["held_usd"]) == nanos(before["held_usd"]) + held
    wait_for(lambda: impatient.figure(UNKNOWN) == "1", "the metrics show it")

    _, detail, _ = impatient.person("GET", f"/ops/unresolved/{request_id}")
    assert detail["payload"]["subject"] == MAIL["subject"]
    kinds = [event["event_type"] for event in detail["events"]]
    assert detail["all_events"] and kinds == ["request.unknown", "request.admitted"], kinds

    path = f"/ops/unresolved/{request_id}/resolve"
    over = {"charge_usd": "100.00", "reason": REASON}
    status, refused, _ = impatient.person("POST", path, over)
    assert status == 400 and refused["error"]["field"] == "charge_usd", refused
    charge = {"charge_usd": row["held_usd"], "reason": REASON}
    status, ended, _ = impatient.person("POST", path, charge, Idempotency_Key="ticket-1")
    assert status == 200 and ended["status"] == "executed" and ended["settlement_basis"] == "resolution", ended
    again = impatient.person("POST", path, charge, Idempotency_Key="ticket-1")
    assert again[:2] == (200, ended) and again[2]["Idempotent-Replayed"] == "true"
    status, told, _ = impatient.person("POST", path, {"release": True, "reason": REASON})
    assert status == 409 and told["error"]["code"] == "already_resolved" and told["request"] == ended, told

    assert impatient.agent("GET", f"/service-requests/{request_id}")[1]["status"] == "executed"
    after = impatient.balance()
    assert nanos(after["posted_usd"]) == nanos(before["posted_usd"]) - held
    assert after["held_usd"] == before["held_usd"]
    assert impatient.row(request_id) is None
    wait_for(lambda: impatient.figure(UNKNOWN) == "0", "the metrics forget it")
    impatient.verify()


def test_a_person_releases_what_nobody_knows(impatient: Impatient) -> None:
    before = impatient.balance()
    request_id = impatient.lose()
    body = {"release": True, "reason": "Their support says that it never arrived."}
    status, ended, _ = impatient.person("POST", f"/ops/unresolved/{request_id}/resolve", body)
    assert status == 200 and (ended["status"], ended["reason_code"]) == ("failed", "released_by_operator"), ended
    assert impatient.agent("GET", f"/service-requests/{request_id}")[1]["status"] == "failed"
    assert impatient.balance() == before
    wait_for(lambda: impatient.figure(UNKNOWN) == "0", "the metrics forget it")
    assert impatient.figure("upivia_ledger_drift_nanos") == "0"
    assert int(impatient.figure("upivia_money_sampled_at_seconds")) > 0
    assert impatient.figure("upivia_money_sample_failures_total") == "0"
    impatient.verify()


def test_the_books_add_up_under_load(impatient: Impatient) -> None:
    """Samples are taken in the midst of requests, and none of them sees anything but whole commits."""
    for number in range(60):
        body = {"service": "email", "operation": "send", "payload": {**MAIL, "subject": f"number {number}"}}
        status, done, _ = impatient.agent("POST", "/service-requests", body)
        assert status == 200 and done["status"] == "executed", done
        if number % 5 == 0:
            assert impatient.figure("upivia_ledger_drift_nanos") == "0"
    sampled = impatient.figure("upivia_money_sampled_at_seconds")
    wait_for(lambda: impatient.figure("upivia_money_sampled_at_seconds") > sampled, "a sample after the last request")
    assert impatient.figure("upivia_ledger_drift_nanos") == "0"
    assert int(impatient.figure("upivia_settle_lag_seconds_count")) >= 60
