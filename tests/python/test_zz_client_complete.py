"""Last of all: no method of the published client, in an area that is served, was left untried."""

from __future__ import annotations

from pathlib import Path

import pytest
from upivia import AsyncUpiviaClient, UpiviaClient

from conftest import collect_ignore
from coverage_of_client import NOT_SERVED, all_of, answered

NOWHERE = "http://127.0.0.1:9"


def names() -> set[str]:
    with UpiviaClient(base_url=NOWHERE) as client:
        return all_of(client)


def test_every_method_of_a_served_area_was_called_and_answered(request: pytest.FixtureRequest) -> None:
    here = {path.name for path in Path(__file__).parent.glob("test_*.py")} - set(collect_ignore)
    if request.config.option.keyword or here - {item.path.name for item in request.session.items}:
        pytest.skip("only a whole run can tell")
    expected = {name for name in names() if name.split(".")[0] not in NOT_SERVED}
    left = {client.__name__: sorted(expected - called) for client, called in answered.items()}
    assert not any(left.values()), f"call it in a test of its area, and look at the answer: {left}"


def test_what_is_not_served_is_in_the_client() -> None:
    assert NOT_SERVED <= {name.split(".")[0] for name in names()}


async def test_the_asynchronous_client_has_the_same_methods() -> None:
    async with AsyncUpiviaClient(base_url=NOWHERE) as client:
        assert all_of(client) == names()
