"""Usage and the audit trail for people: exact sums, labels, pages while agents go on, files for spreadsheets."""

from __future__ import annotations

import csv
import io
import threading
import urllib.request
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Iterator
from urllib.parse import urlencode

import pytest
from upivia import UpiviaClient, UpiviaError

from payloads import MAIL, MAIL_BINDING, prompt
from wallet import usd

TEXT_BINDING = {"service": "text_generation", "operation": "generate"}
FORMULA = "=HYPERLINK(\"http://evil.example\",\"click\")"


@dataclass
class Writer:
    """An agent with real money that writes text."""

    id: str
    client: UpiviaClient

    def write(self, words: str, **tags: str) -> dict[str, Any]:
        metadata = {"tags": tags} if tags else None
        made = self.client.service_requests.create(payload=prompt(words), metadata=metadata, **TEXT_BINDING)
        assert made["status"] == "executed", made
        return made

    def rows(self, path: str, **query: Any) -> dict[str, Any]:
        query = {"agent_id": self.id, **query}
        return self.client._transport.request("GET", f"/api/v1{path}", query=query, auth="workspace")


@pytest.fixture
def writer(server, client: UpiviaClient) -> Iterator[Writer]:
    made = client.agents.create({"name": FORMULA})
    client.agents.enable_service(made["agent"]["id"], TEXT_BINDING)
    with UpiviaClient(api_key=made["api_key"], pat=server.org["pat"], base_url=server.base) as own:
        yield Writer(made["agent"]["id"], own)


def file(server, path: str, **query: Any) -> list[dict[str, str]]:
    """A CSV file, read as spreadsheets do."""
    asked = urllib.request.Request(f"{server.base}/api/v1{path}?{urlencode(query)}")
    asked.add_header("authorization", f"Bearer {server.org['pat']}")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert answer.headers["content-type"].startswith("text/csv")
        text = answer.read().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_every_sum_is_the_sum_of_what_was_charged(writer: Writer) -> None:
    made = [writer.write("x" * length) for length in (1, 20, 333)]
    charged = sum(usd(one, "cost") for one in made)
    assert charged > 0
    usage = writer.client.usage.list(agent_id=writer.id, include_chart=True)
    assert [row["request_id"] for row in usage["usage"]] == [one["request_id"] for one in reversed(made)]
    assert sum(usd(row, "cost") for row in usage["usage"]) == charged == usd(usage, "total") == usd(usage["totals"], "cost")
    for part in ("chart", "by_agent", "by_operation"):
        assert sum(usd(one, "cost") for one in usage[part]) == charged, part
        assert sum(one["requests"] for one in usage[part]) == 3 == usage["totals"]["executed"], part
    assert len(usage["chart"]) == 14 and sorted(day["date"] for day in usage["chart"]) == [day["date"] for day in usage["chart"]]
    assert [(one["agent_id"], one["agent_name"]) for one in usage["by_agent"]] == [(writer.id, FORMULA)]
    assert [(one["service"], one["operation"]) for one in usage["by_operation"]] == [("text_generation", "generate")]
    assert usage["balance"] == writer.client.balance.get()
    for row in usage["usage"]:
        assert (row["agent_name"], row["status"], row["mode"]) == (FORMULA, "executed", "live")
        assert usd(row, "estimated_cost") >= usd(row, "cost") and row["created_at"] <= row["ended_at"]


def test_the_glance_counts_what_was_refused_too(new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"daily_request_limit": 2})
    for _ in range(3):
        agent.client.service_requests.create(service="email", operation="send", payload=MAIL)
    query = {"agent_id": agent.id, "mode": "test", "include_chart": 1}
    glance = agent.client._transport.request("GET", "/api/v1/usage", query=query, auth="workspace")
    totals = glance["totals"]
    assert (totals["requests"], totals["executed"], totals["blocked"], totals["failed"]) == (3, 2, 1, 0)
    assert len(glance["usage"]) == 2, "what was refused cost nothing and is no row"


def test_labels_are_shown_and_found(writer: Writer) -> None:
    apollo = writer.write("To the moon.", project="apollo")
    writer.write("Around the earth.", project="gemini")
    found = writer.rows("/usage", tag="project:apollo")["usage"]
    assert [(row["request_id"], row["tags"]) for row in found] == [(apollo["request_id"], {"project": "apollo"})]
    trail = writer.rows("/audit-logs", tag="project:apollo")["logs"]
    assert {row["request_id"] for row in trail} == {apollo["request_id"]} and len(trail) >= 2
    with pytest.raises(UpiviaError) as refused:
        writer.client.service_requests.create(payload=prompt("x"), metadata={"tags": {"n": 1}}, **TEXT_BINDING)
    assert refused.value.status == 400 and "metadata.tags.n" in str(refused.value)


def test_a_file_says_what_the_list_says_and_holds_no_formula(server, writer: Writer) -> None:
    made = [writer.write("Sum.", note="=1+1, \"quoted\"\nand broken") for _ in range(3)]
    lines = file(server, "/usage.csv", agent_id=writer.id)
    assert [line["request_id"] for line in lines] == [one["request_id"] for one in reversed(made)]
    assert sum(Decimal(line["cost_usd"]) for line in lines) == sum(usd(one, "cost") for one in made)
    for line in lines:
        assert line["agent_name"] == "'" + FORMULA
        assert not any(cell.startswith(("=", "+", "@")) for cell in line.values()), line
    events = file(server, "/audit-logs.csv", agent_id=writer.id, event_type="request.executed")
    assert [event["request_id"] for event in events] == [line["request_id"] for line in lines]
    assert all(len(event["hash"]) == 64 for event in events)


def test_pages_lose_and_repeat_nothing_while_agents_go_on(server, new_agent) -> None:
    agent = new_agent(MAIL_BINDING)

    def send(times: int) -> None:
        for _ in range(times):
            agent.client.service_requests.create(service="email", operation="send", payload=MAIL)

    send(60)
    before = [row["id"] for row in agent.client.audit_logs.iter(agent_id=agent.id, limit=200)]
    going_on = threading.Thread(target=send, args=(60,))
    going_on.start()
    paged = [row["id"] for row in agent.client.audit_logs.iter(agent_id=agent.id, limit=7)]
    lines = [line["id"] for line in file(server, "/audit-logs.csv", agent_id=agent.id)]
    going_on.join()
    for seen in (paged, lines):
        assert len(set(seen)) == len(seen)
        assert seen[-len(before):] == before
    after = [row["id"] for row in agent.client.audit_logs.iter(agent_id=agent.id, limit=200)]
    assert len(after) == len(before) + 120 and after[-len(paged):] == paged


def test_a_window_that_cannot_be_is_named(client: UpiviaClient) -> None:
    for window, field in (({"from_": "x"}, "from"), ({"from_": "2026-02-01", "to": "2026-02-01"}, "to")):
        for read in (client.usage.list, client.audit_logs.list):
            with pytest.raises(UpiviaError) as refused:
                read(**window)
            assert refused.value.status == 400 and field in str(refused.value)
