"""The real binary on a fresh store: bootstrap, serve on a free loopback port, kill by process id in the end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path
from typing import Any, Iterator
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parents[2]
CALLBACK_SECRET = "whsec_of_the_sandbox=="
OTHER_SECRET = "whsec_of_another_provider"
MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
READY_SECONDS = 30
# Of the first organization's owner.
PASSWORD = "correct horse"


def binary() -> Path:
    path = Path(os.environ.get("UPIVIA_TEST_BIN") or ROOT / "target" / "debug" / "upivia")
    assert path.is_file(), f"no program at {path}: build it, or set UPIVIA_TEST_BIN"
    return path.resolve()


class Postgres:
    """A database of its own on the server of UPIVIA_TEST_POSTGRES_URL."""

    def __init__(self) -> None:
        self.admin = os.environ.get("UPIVIA_TEST_POSTGRES_URL", "")
        assert self.admin, "UPIVIA_TEST_POSTGRES_URL is not set: the Postgres tests need a server and a role that may create databases"
        self.name = f"upivia_py_{uuid.uuid4().hex[:12]}"
        self.psql(f"CREATE DATABASE {self.name}")
        self.url = urlsplit(self.admin)._replace(path=f"/{self.name}").geturl()
        mark = os.environ.get("UPIVIA_TEST_POSTGRES_MARK")
        if mark:
            with open(mark, "a", encoding="utf-8") as file:
                file.write(f"python {self.name}\n")

    def psql(self, sql: str, url: str | None = None) -> None:
        beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/psql"))
        program = shutil.which("psql") or (str(beside[-1]) if beside else "psql")
        command = [program, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", sql, url or self.admin]
        subprocess.run(command, check=True, timeout=60, capture_output=True, text=True)

    def drop(self) -> None:
        self.psql(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


class Server:
    """One organization with live funds, served until :meth:`stop`."""

    def __init__(
        self, directory: Path, store: str, provider_url: str, fund_cents: int, settings: dict[str, str] | None = None
    ) -> None:
        self.directory = directory
        self.log = directory / "serve.log"
        self.database = Postgres() if store == "postgres" else None
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("UPIVIA_", "AGENTWALLET_"))}
        self.env |= {
            "UPIVIA_DATA_DIR": str(directory / "data"),
            "UPIVIA_MASTER_KEY": MASTER_KEY,
            "UPIVIA_ANSWER_WITHIN": "2s",
            "UPIVIA_POLL_FIRST": "200ms",
            "UPIVIA_CALLBACK_SECRETS": f"sandbox={CALLBACK_SECRET},acme={OTHER_SECRET}",
            "UPIVIA_OPENAI_BASE_URL": provider_url,
            "UPIVIA_OPENAI_API_KEY": "sk-loopback",
        } | (settings or {})
        if self.database:
            self.env["UPIVIA_DATABASE_URL"] = self.database.url
            self.run("migrate")
        self.org: dict[str, Any] = self.bootstrap("acme", fund_cents, PASSWORD)
        self.base = self.serve()

    def bootstrap(self, org: str, fund_cents: int, password: str | None = None) -> dict[str, Any]:
        email = f"owner@{org}.example.com"
        named = ["--org", org, "--email", email, "--fund-cents", str(fund_cents)]
        secret = ["--password-stdin"] if password else []
        return json.loads(self.run("bootstrap", "--json", *named, *secret, stdin=password))

    def run(self, *arguments: str, stdin: str | None = None) -> str:
        command = [str(binary()), *arguments]
        done = subprocess.run(
            command, env=self.env, cwd=self.directory, timeout=60, capture_output=True, text=True, input=stdin or ""
        )
        assert done.returncode == 0, f"`upivia {' '.join(arguments)}` ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def serve(self, wait: bool = True) -> str:
        base = f"http://127.0.0.1:{_free_port()}"
        env = self.env | {"UPIVIA_LISTEN": base.removeprefix("http://")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen([str(binary()), "serve"], env=env, cwd=self.directory, stdout=log, stderr=log)
        deadline = time.monotonic() + READY_SECONDS
        while wait and not _is_ready(base):
            assert self.process.poll() is None, f"the server ended: {self.log.read_text()}"
            assert time.monotonic() < deadline, f"the server is not ready after {READY_SECONDS} s: {self.log.read_text()}"
            time.sleep(0.05)
        return base

    def until_answer(self, base: str) -> tuple[int, str]:
        """What readiness says, whatever it is, as soon as anything is said."""
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{base}/api/v1/health/readiness", timeout=2) as answer:
                    return answer.status, answer.read().decode()
            except urllib.error.HTTPError as error:
                return error.code, error.read().decode()
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, f"the server ended: {self.log.read_text()}"
                assert time.monotonic() < deadline, f"no answer after {READY_SECONDS} s: {self.log.read_text()}"
                time.sleep(0.05)

    def pause(self) -> None:
        """Stops the process in an orderly way and keeps what it stored."""
        self.process.terminate()
        self.process.wait(timeout=30)

    def verify(self) -> None:
        self.run("ledger", "verify")
        self.run("audit", "verify")

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(timeout=10)
        if self.database:
            self.database.drop()


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _is_ready(base: str) -> bool:
    try:
        with urllib.request.urlopen(f"{base}/api/v1/health/readiness", timeout=2) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def until_verified(served: Server) -> Iterator[Server]:
    """For a fixture: the server; and when it was used, the proof that its ledger is sound."""
    yield served
    try:
        served.verify()
    finally:
        served.stop()
