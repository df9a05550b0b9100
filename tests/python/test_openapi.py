"""The OpenAPI document against the running server: requests made from it, good and bad, and every answer judged by it.

Only in the full tier. What is found is found again by the seed that the output names.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any, Iterator

import pytest

from fake_provider import FakeProvider
from server import until_verified
from surface import Surface

SEED = 20_261_124
EXAMPLES = 20
# A run takes about two minutes where nothing else happens.
LONGEST_SECONDS = 300

# Each with why the document cannot tell the generator what it would need to know.
EXCLUDED = {
    # What fits its schema is also judged by what the schema cannot say, on more than half of the routes: whether an id or
    # a cursor is of this server, an operation or a model in the catalogue, one member right beside another, a state still
    # to be changed. It is refused with 400 and the name of the field, never with less: the other checks see to that.
    "positive_data_acceptance",
}

# Which credentials a run has. Where a route takes several, the first one of these that it takes is shown.
RUNS = {"keys and tokens": ["agentKey", "personalToken", "session"], "session": ["session"]}


@pytest.fixture
def surface(provider: FakeProvider, tmp_path: Path) -> Iterator[Surface]:
    yield from until_verified(Surface(tmp_path, os.environ.get("UPIVIA_TEST_STORE", "sqlite"), provider.url))


def document(surface: Surface) -> dict[str, Any]:
    """What the server says, with examples that name what is there."""
    with urllib.request.urlopen(f"{surface.base}/api/v1/openapi.json", timeout=20) as answer:
        said = json.load(answer)
    for path, methods in said["paths"].items():
        for method, operation in methods.items():
            methods[method] = json.loads(surface.examples(method.upper(), path, json.dumps(operation)))
    return said


def table(members: dict[str, str]) -> str:
    """Inline, in TOML: its texts are JSON's."""
    return "{ " + ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in members.items()) + " }"


def config(surface: Surface, said: dict[str, Any], schemes: list[str]) -> str:
    """Credentials, and what each path names."""
    credentials = {
        "agentKey": {"bearer": surface.org["agent_key_test"]},
        "personalToken": {"bearer": surface.org["pat"]},
        "session": {"api_key": surface.session},
    }
    checks = ["[checks]", "enabled = true", *(f"{check}.enabled = false" for check in sorted(EXCLUDED))]
    lines = ["\n".join(checks)]
    lines += [f"[auth.openapi.{scheme}]\n" + "\n".join(f"{k} = {json.dumps(v)}" for k, v in credentials[scheme].items())
              for scheme in schemes]
    for method, path in ((method.upper(), path) for path, methods in said["paths"].items() for method in methods):
        lines.append(f'[[operations]]\ninclude-name = "{method} {path}"')
        lines.append(f"parameters = {table(surface.named(method, path))}")
        if headers := surface.headers(method, path):
            # The generator cannot take away a header that it is told to send, and would wonder who is let in without one.
            lines.append(f"headers = {table(headers)}\nchecks.ignored_auth.enabled = false")
    return "\n".join(lines)


def command(surface: Surface, directory: Path, schemes: list[str]) -> list[str]:
    said, settings = directory / "openapi.json", directory / "schemathesis.toml"
    said.write_text(json.dumps(document(surface)))
    settings.write_text(config(surface, json.loads(said.read_text()), schemes))
    return [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(settings), "--no-color"),
        *("run", str(said), "--url", surface.base),
        # One worker: several would be threads of one interpreter, and no faster.
        *("--max-examples", str(EXAMPLES), "--seed", str(SEED), "--continue-on-failure", "--workers", "1"),
    ]


@pytest.mark.parametrize("run", RUNS)
def test_every_answer_is_as_the_document_says(surface: Surface, tmp_path: Path, run: str) -> None:
    made = command(surface, tmp_path, RUNS[run])
    done = subprocess.run(made, cwd=tmp_path, timeout=LONGEST_SECONDS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert surface.process.poll() is None, "the server ended"
