"""Bodies that the tests send again and again."""

from __future__ import annotations

from typing import Any

MAIL = {"to": "ada@example.com", "subject": "Hi", "body": "Hello."}
MAIL_BINDING = {"service": "email", "operation": "send"}


def prompt(words: str, max_tokens: int = 1_000) -> dict[str, Any]:
    """The payload of a text generation."""
    messages = [{"role": "user", "content": words}]
    return {"model": "openai/gpt-4o-mini", "messages": messages, "max_tokens": max_tokens}
