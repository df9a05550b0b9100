"""The documentation's own curl, pasted into a shell: only the host and the key are another."""

from __future__ import annotations

import json
import subprocess

from wallet import balance, usd

DOCUMENTED = r"""curl -X POST https://www.upivia.com/api/v1/service-requests \
-H "Authorization: Bearer agent_key_live_..." \
-H "Content-Type: application/json" \
-H "Idempotency-Key: $(uuidgen)" \
-d '{"operation":"text_generation.generate","payload":{"model":"openai/gpt-4o-mini","messages":[{"role":"user","content":"Summarize"}]}}'"""


def paste(command: str) -> dict:
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ours(base: str, key: str, prefix: str = "/api/v1") -> str:
    command = DOCUMENTED.replace("https://www.upivia.com/api/v1", base + prefix)
    return command.replace("agent_key_live_...", key)


def test_with_a_test_key_the_sandbox_answers(server, client, provider) -> None:
    calls, before = len(provider.calls), balance(client, "test")
    reply = paste(ours(server.base, server.org["agent_key_test"]))
    assert reply["status"] == "executed", reply
    assert before - balance(client, "test") == usd(reply, "cost")
    assert len(provider.calls) == calls


def test_with_a_live_key_the_provider_answers(server, live, provider) -> None:
    before = balance(live, "live")
    reply = paste(ours(server.base, server.org["agent_key_live"]))
    assert reply["status"] == "executed", reply
    assert provider.count(reply["request_id"]) == 1
    assert reply["applied_max_tokens"] == provider.calls[-1][1]["max_tokens"], "an absent max_tokens is reserved, sent and shown"
    assert before - balance(live, "live") == usd(reply, "cost")


def test_the_short_prefix_works_too(server) -> None:
    assert paste(ours(server.base, server.org["agent_key_test"], "/v1"))["status"] == "executed"


def test_a_wrong_key_gets_the_documented_error(server) -> None:
    reply = paste(ours(server.base, "agent_key_live_wrong"))
    assert reply["error"]["code"] == "unauthorized" and reply["error"]["message"]
