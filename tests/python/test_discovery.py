"""What an agent finds out by itself: the catalogue, the guide for models, and tools for LangGraph made of them."""

from __future__ import annotations

import json
from typing import Any, Iterator

import httpx
import pytest
from upivia import UpiviaClient
from upivia.integrations.langgraph import UpiviaToolkit

from conftest import Agent
from payloads import MAIL, MAIL_BINDING

# A model reads the guide with every conversation: what is added to it must be worth that.
MOST_TOKENS = 9_000
BYTES_PER_TOKEN = 4


@pytest.fixture(scope="module")
def catalogue(server) -> dict[str, dict[str, Any]]:
    with UpiviaClient(base_url=server.base) as anybody:
        services = anybody.services.list()["services"]
    return {operation["id"]: operation for service in services for operation in service["operations"]}


@pytest.fixture(scope="module")
def guide(server) -> dict[str, Any]:
    with UpiviaClient(base_url=server.base) as anybody:
        return anybody.platform.agent_docs()


@pytest.fixture
def buyer(new_agent, catalogue: dict[str, Any]) -> Iterator[Agent]:
    """An agent that may use everything."""
    return new_agent(*({"operation": name} for name in catalogue if name != "platform.check_budget"))


def test_the_guide_is_short_and_says_how_short(server, guide: dict[str, Any]) -> None:
    size = len(httpx.get(f"{server.base}/api/v1/agent-docs").content)
    assert guide["approx_tokens"] == -(-size // BYTES_PER_TOKEN), guide["approx_tokens_rule"]
    assert guide["approx_tokens"] <= MOST_TOKENS


def test_the_guide_names_every_operation_with_price_and_example(guide: dict[str, Any], catalogue: dict[str, Any]) -> None:
    rows = {row["operation"]: row for row in guide["operations"]}
    assert rows.keys() == catalogue.keys()
    for name, row in rows.items():
        price = catalogue[name]["price"]
        expected = {"free": "free", "flat": f"{price.get('usd')} USD a request", "tokens": "by tokens; see models"}
        assert row["price"] == expected[price["kind"]], name
        assert isinstance(row["example_payload"], dict) and set(row["example_payload"]) <= set(row["payload"]), name
        assert set(row["required"] or ()) <= set(row["example_payload"]), name
    assert guide["models"] == catalogue["text_generation.generate"]["price"]["models"]
    assert {"delay_ms", "fail", "running"} <= guide["sandbox"]["members"].keys()


def test_every_example_of_the_guide_is_executed(guide: dict[str, Any], catalogue: dict[str, Any], buyer: Agent) -> None:
    for row in guide["operations"]:
        name = row["operation"]
        service, operation = name.split(".")
        answer = buyer.client.service_requests.create(
            service=service, operation=operation, payload=row["example_payload"]
        )
        assert answer["status"] in ("executed", "running"), (name, answer)
        if answer["status"] == "executed":
            schema = catalogue[name]["output_schema"]
            assert set(schema.get("required", ())) <= answer["result"].keys() <= schema["properties"].keys(), name
            if row["price"] == "free":
                assert answer["cost_cents"] == 0, name


def test_the_ledgers_own_answer_is_of_the_promised_types(buyer: Agent, catalogue: dict[str, Any]) -> None:
    kinds = {"number": (int, float), "integer": int, "null": type(None)}
    promised = catalogue["platform.check_budget"]["output_schema"]["properties"]
    result = buyer.client.budget_check.check(buyer.id)["result"]
    # Only who has a task open is told of tasks.
    assert promised.keys() - result.keys() <= {"delegated_tasks"} and result.keys() <= promised.keys()
    for name, value in result.items():
        assert isinstance(value, tuple(t for kind in promised[name]["type"] for t in _each(kinds[kind]))), (name, value)


def _each(kind: Any) -> tuple[type, ...]:
    return kind if isinstance(kind, tuple) else (kind,)


def test_the_first_example_of_the_guide_works_as_it_stands(server, guide: dict[str, Any], client: UpiviaClient) -> None:
    dispatch = guide["dispatch"]
    headers = {"Authorization": f"Bearer {server.org['agent_key_test']}", "Idempotency-Key": "the guide's first"}
    answer = httpx.request(dispatch["method"], server.base + dispatch["path"], headers=headers, json=dispatch["body"])
    assert answer.status_code == 200 and answer.json()["status"] == "executed", answer.text


def test_the_catalogue_tells_a_caller_what_is_configured_and_bound(server, new_agent) -> None:
    agent = new_agent(MAIL_BINDING | {"daily_request_limit": 3})
    # The client never shows a credential here: its transport can.
    shown = agent.client._transport.request("GET", "/api/v1/services", auth="agent")["services"]
    found = {operation["id"]: operation for service in shown for operation in service["operations"]}
    assert found["email.send"]["bound"] and found["email.send"]["binding"]["daily_request_limit"] == 3
    assert not found["sms.send"]["bound"] and "binding" not in found["sms.send"]
    assert found["text_generation.generate"]["configured"] == {"live": True, "test": True}
    assert all(operation["configured"]["test"] for operation in found.values())
    wrong = httpx.get(f"{server.base}/api/v1/services", headers={"Authorization": "Bearer agent_key_test_unknown"})
    assert wrong.status_code == 401 and wrong.json()["error"]["code"] == "unauthorized"
    assert wrong.headers["cache-control"] == "no-store"


def test_langgraph_tools_are_made_of_the_catalogue(buyer: Agent, catalogue: dict[str, Any], guide: dict[str, Any]) -> None:
    tools = {tool.name: tool for tool in UpiviaToolkit(buyer.client).as_langchain_tools()}
    assert tools.keys() == {name.replace(".", "_") for name in catalogue}, "the toolkit fell back to its defaults"
    for row in guide["operations"]:
        name = row["operation"]
        tool = tools[name.replace(".", "_")]
        assert tool.args_schema == catalogue[name]["input_schema"], "the schema is not the catalogue's"
        assert "Base price:" in tool.description
    answer = tools["email_send"].invoke(MAIL)
    status, cost, result = answer.splitlines()
    assert (status, cost) == ("STATUS: executed", "cost_cents: 0"), answer
    assert json.loads(result.removeprefix("result: "))["status"] == "sent"


def test_a_langgraph_tool_tells_the_model_why_it_was_stopped(new_agent) -> None:
    unbound = new_agent()
    tools = {tool.name: tool for tool in UpiviaToolkit(unbound.client).as_langchain_tools()}
    answer = tools["email_send"].invoke(MAIL)
    assert answer.startswith("STATUS: blocked\nreason_code: policy_violation\n"), answer
    malformed = tools["email_send"].invoke(MAIL | {"to": 7})
    assert malformed.startswith("STATUS: error") and "payload.to" in malformed
