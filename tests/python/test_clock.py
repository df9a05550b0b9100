"""A clock that ran ahead and was set right: nothing is admitted and readiness says why, until an operator repairs it."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from pathlib import Path

from payloads import MAIL
from server import Server, binary
from upivia import UpiviaClient, UpiviaError

DAY = 86_400_000_000


def used_a_day_ahead(served: Server) -> None:
    """As after a day with a clock that ran ahead: the ledgers' time is tomorrow's."""
    sql = f"UPDATE org_heads SET last_now = last_now + {DAY}"
    if served.database:
        served.database.psql(sql, served.database.url)
        return
    with sqlite3.connect(served.directory / "data" / "upivia.db") as database:
        database.execute(sql)


def test_a_clock_that_ran_ahead_stops_admissions_until_it_is_repaired(tmp_path: Path, provider) -> None:
    store = os.environ.get("UPIVIA_TEST_STORE", "sqlite")
    served = Server(tmp_path, store, provider.url, 0)
    try:
        with UpiviaClient(api_key=served.org["agent_key_test"], base_url=served.base, max_retries=0) as client:
            assert client.service_requests.create(service="email", operation="send", payload=MAIL)["status"] == "executed"
        served.pause()
        used_a_day_ahead(served)
        base = served.serve(wait=False)
        code, body = served.until_answer(base)
        assert code == 503 and "upivia clock repair" in served.log.read_text(), body
        with UpiviaClient(api_key=served.org["agent_key_test"], base_url=base, max_retries=0) as client:
            try:
                client.service_requests.create(service="email", operation="send", payload=MAIL)
                raise AssertionError("it was admitted")
            except UpiviaError as error:
                assert error.status == 503, error
        if not served.database:
            refused = subprocess.run(
                [str(binary()), "clock", "repair"], env=served.env, cwd=tmp_path, capture_output=True, text=True, timeout=60
            )
            assert refused.returncode != 0 and "another upivia is running" in refused.stderr, refused
        served.pause()
        assert "is ahead" in served.run("clock", "repair", "--dry-run")
        assert "was repaired" in served.run("clock", "repair")
        assert "no organization" in served.run("clock", "repair")
        base = served.serve()
        with UpiviaClient(
            api_key=served.org["agent_key_test"], pat=served.org["pat"], base_url=base, max_retries=0
        ) as client:
            assert client.service_requests.create(service="email", operation="send", payload=MAIL)["status"] == "executed"
            kinds = [row["event_type"] for row in client.audit_logs.iter()]
        assert kinds.count("clock.repaired") == 1, json.dumps(kinds)
        served.verify()
    finally:
        served.stop()
