"""One server for the whole run, on the store named by UPIVIA_TEST_STORE; clients with each kind of credential."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Callable, Iterator

import pytest
from upivia import UpiviaClient

import coverage_of_client
from fake_provider import FakeProvider
from mail_sink import MailSink
from server import Server, until_verified

FUND_CENTS = 100_000
STORES = ("sqlite", "postgres")

coverage_of_client.record()

# Needs packages that only the full tier installs, and minutes.
collect_ignore = [] if os.environ.get("UPIVIA_TEST_FULL") else ["test_openapi.py"]


@pytest.fixture(scope="session", autouse=True)
def no_credentials_from_outside() -> None:
    """The client takes credentials from the environment when it is given none; the tests must not."""
    for name in list(os.environ):
        if name.startswith("AGENTWALLET_") or name in ("UPIVIA_API_KEY", "UPIVIA_PAT", "UPIVIA_BASE_URL"):
            del os.environ[name]


@pytest.fixture(scope="session")
def provider() -> Iterator[FakeProvider]:
    fake = FakeProvider()
    yield fake
    fake.stop()


@pytest.fixture(scope="module")
def sink() -> Iterator[MailSink]:
    """A mail server that keeps what it is given."""
    made = MailSink()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def server(provider: FakeProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    assert store in STORES, f"UPIVIA_TEST_STORE is {store!r}, not one of {STORES}"
    served = Server(tmp_path_factory.mktemp("upivia"), store, provider.url, FUND_CENTS)
    yield from until_verified(served)


@pytest.fixture
def client(server: Server) -> Iterator[UpiviaClient]:
    """The first agent with play money, and its owner's token."""
    with UpiviaClient(api_key=server.org["agent_key_test"], pat=server.org["pat"], base_url=server.base) as made:
        yield made


@pytest.fixture
def live(server: Server) -> Iterator[UpiviaClient]:
    """The same agent with real money."""
    with UpiviaClient(api_key=server.org["agent_key_live"], pat=server.org["pat"], base_url=server.base) as made:
        yield made


@dataclass
class Agent:
    """An agent of its own for a test, with a client that holds its test key."""

    id: str
    client: UpiviaClient


@pytest.fixture
def new_agent(server: Server, client: UpiviaClient) -> Iterator[Callable[..., Agent]]:
    """Makes agents; each keyword set is one binding, e.g. ``dict(service="email", operation="send")``."""
    clients: list[UpiviaClient] = []

    def make(*bindings: dict[str, Any]) -> Agent:
        made = client.agents.create({"name": "tester"})
        for binding in bindings:
            client.agents.enable_service(made["agent"]["id"], binding)
        own = UpiviaClient(api_key=made["test_api_key"], pat=server.org["pat"], base_url=server.base)
        clients.append(own)
        return Agent(made["agent"]["id"], own)

    yield make
    for own in clients:
        own.close()
