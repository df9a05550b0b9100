"""A published OpenID provider (npm ``oidc-provider``) on loopback that lets anybody in as whom they say."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import httpx

from server import ROOT

SCRIPT = ROOT / "crates" / "sign-in" / "tests" / "node" / "oidc_provider.mjs"
MOST_STEPS = 12


class IdentityProvider:
    """A process that ends when its standard input does."""

    def __init__(self, redirect: str) -> None:
        folder = Path(os.environ.get("UPIVIA_TEST_NODE_FOLDER") or ROOT / "target" / "xtask" / "node")
        assert (folder / "installed.json").is_file(), "no packages for Node.js: `cargo xtask test --only python` installs them"
        node = os.environ.get("UPIVIA_TEST_NODE") or "node"
        command = [node, "--input-type=module", "--eval", SCRIPT.read_text(encoding="utf-8"), "token", redirect]
        self.process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.issuer = self.process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), f"the provider said {self.issuer!r}"

    def stop(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(timeout=30)


def sign_in_at(url: str, login: str, back: str) -> str:
    """Goes where the provider sends a browser, as ``login``, until that is ``back``; the whole address with its code."""
    with httpx.Client(follow_redirects=False, trust_env=False, timeout=20) as browser:
        for _ in range(MOST_STEPS):
            if url.startswith(back):
                return url
            page = browser.get(url)
            if page.status_code == 200:
                form = {"prompt": "login", "login": login, "password": "any"}
                asked = 'name="login"' in page.text
                page = browser.post(url, data=form if asked else {"prompt": "consent"})
            assert "location" in page.headers, f"{url} leads nowhere: {page.status_code} {page.text[:300]}"
            url = urljoin(url, page.headers["location"])
    raise AssertionError(f"still on the way at {url}")
