"""The OpenAPI document against the running server: requests made from it, good and bad, and every answer judged by it.

Only in the full tier. What is found is found again by the seed that the output names.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest
from upivia import UpiviaClient

from fake_provider import FakeProvider
from payloads import MAIL, MAIL_BINDING
from server import Server, until_verified

SEED = 20_261_124
EXAMPLES = 40
LONGEST_SECONDS = 240

# Each with why the document cannot tell the generator what it would need to know.
EXCLUDED = {
    # A body that fits its schema is also judged by what the schema cannot say: whether an agent, an operation or a model
    # is there, and whether a payload fits the operation that is named beside it.
    "positive_data_acceptance",
}

# Ids that no document can know, and a key that must outlive the run: whatever changes an agent gets one of its own.
CONFIG = """
[auth.openapi.agentKey]
bearer = "{agent_key}"

[auth.openapi.personalToken]
bearer = "{pat}"

[[operations]]
include-path-regex = "/agents/[{{]id[}}]"
parameters = {{ "path.id" = "{agent}" }}

[[operations]]
include-path = "/api/v1/service-requests/{{id}}"
parameters = {{ "path.id" = "{request}" }}

[[operations]]
include-path = "/api/v1/approvals/{{id}}/approve"
parameters = {{ "path.id" = "{approved}" }}

[[operations]]
include-path = "/api/v1/approvals/{{id}}/reject"
parameters = {{ "path.id" = "{rejected}" }}
"""


def config(server: Server) -> str:
    """Credentials, and one thing of each kind that a path can name."""
    key, pat = server.org["agent_key_test"], server.org["pat"]
    with UpiviaClient(api_key=key, pat=pat, base_url=server.base) as client:
        binding = MAIL_BINDING | {"approval_threshold_cents": 0}
        asking = client.agents.create({"name": "Asker", "services": [binding]})
        request = client.service_requests.create(service="email", operation="send", payload=MAIL)["request_id"]
    with UpiviaClient(api_key=asking["test_api_key"], base_url=server.base) as client:
        ask = lambda: client.service_requests.create(service="email", operation="send", payload=MAIL)["approval_id"]
        return CONFIG.format(
            agent_key=key, pat=pat, agent=asking["agent"]["id"], request=request, approved=ask(), rejected=ask()
        )


@pytest.fixture
def unlimited(provider: FakeProvider, tmp_path: Path) -> Iterator[Server]:
    """A server that never answers 429, and soon answers what takes long."""
    settings = {
        "UPIVIA_RATE_LIMIT_PER_SECOND": "0",
        "UPIVIA_RATE_LIMIT_BURST": "0",
        "UPIVIA_CONCURRENCY_LIMIT": "0",
        "UPIVIA_ANSWER_WITHIN": "1s",
        "UPIVIA_PROVIDER_TIMEOUT": "2s",
    }
    served = Server(tmp_path, os.environ.get("UPIVIA_TEST_STORE", "sqlite"), provider.url, 100_000, settings)
    yield from until_verified(served)


def test_every_answer_is_as_the_document_says(unlimited: Server, tmp_path: Path) -> None:
    file = tmp_path / "schemathesis.toml"
    file.write_text(config(unlimited))
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(file), "--no-color"),
        *("run", f"{unlimited.base}/api/v1/openapi.json", "--checks", "all"),
        *("--exclude-checks", ",".join(sorted(EXCLUDED))),
        *("--max-examples", str(EXAMPLES), "--seed", str(SEED), "--continue-on-failure", "--workers", "2"),
    ]
    done = subprocess.run(command, cwd=tmp_path, timeout=LONGEST_SECONDS, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-2_000:]
    assert unlimited.process.poll() is None, "the server ended"
