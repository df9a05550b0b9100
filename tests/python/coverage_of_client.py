"""Which methods of the published client were called and answered, over a whole run.

Recorded by wrapping them, once, before the first test. A call that raised does not count: it showed no answer.
"""

from __future__ import annotations

import functools
import inspect
from typing import Any, Callable, Iterator

from upivia import AsyncUpiviaClient, UpiviaClient

# By the kind of client.
answered: dict[type, set[str]] = {UpiviaClient: set(), AsyncUpiviaClient: set()}

# Areas that the server does not serve yet. What is served leaves this list; the test fails for names that are not there.
NOT_SERVED = {"memory", "workflows", "scheduled_tasks", "chat", "triggers", "storage", "knowledge", "devices"}


def resources(client: UpiviaClient | AsyncUpiviaClient) -> Iterator[tuple[str, type]]:
    """Every group of methods, as a caller writes it."""
    for name, group in _groups(vars(client)):
        yield name, type(group)
        for inner, nested in _groups(vars(group)):
            yield f"{name}.{inner}", type(nested)


def _groups(members: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in members.items() if type(value).__name__.endswith("Resource"))


def methods(group: type) -> Iterator[tuple[str, Callable[..., Any]]]:
    return ((name, value) for name, value in vars(group).items() if inspect.isfunction(value) and name[0] != "_")


def all_of(client: UpiviaClient | AsyncUpiviaClient) -> set[str]:
    return {f"{group}.{name}" for group, kind in resources(client) for name, _ in methods(kind)}


def record() -> None:
    for client, names in answered.items():
        for group, kind in resources(client(base_url="http://127.0.0.1:9")):
            for name, method in methods(kind):
                setattr(kind, name, _recorded(f"{group}.{name}", method, names))


def _recorded(name: str, method: Callable[..., Any], names: set[str]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        answer = method(*arguments, **named)
        names.add(name)
        return answer

    @functools.wraps(method)
    async def call_later(*arguments: Any, **named: Any) -> Any:
        answer = await method(*arguments, **named)
        names.add(name)
        return answer

    return call_later if inspect.iscoroutinefunction(method) else call
