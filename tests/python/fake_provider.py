"""A fake OpenAI-compatible provider on loopback: counts calls, bills what each request allowed at most."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FakeProvider:
    """Speaks only ``POST /v1/chat/completions``; ``calls`` holds ``(request id, body)`` in order of arrival."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.calls))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def count(self, request_id: str) -> int:
        return sum(1 for seen, _ in self.calls if seen == request_id)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(calls: list[tuple[str, dict[str, Any]]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            calls.append((self.headers.get("x-request-id", ""), body))
            answer = json.dumps(_completion(body)).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    sent = sum(len(message["content"].encode()) for message in body["messages"])
    written = body["max_tokens"] if "max_tokens" in body else body.get("max_completion_tokens", 16)
    message = {"role": "assistant", "content": f"You said {body['messages'][-1]['content']}"}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": body["model"],
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": sent, "completion_tokens": written, "total_tokens": sent + written},
    }
