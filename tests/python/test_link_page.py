"""The page behind the links of mails, in a DOM: its own script reads the token, sends the form and says what became of it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from mail_sink import MailSink
from server import PASSWORD, ROOT, Server
from test_invites import address, arrived, ask, invites, link, mailing, owner  # noqa: F401  (a fixture)
from test_sign_in import SESSION, Browser

SCRIPT = Path(__file__).with_name("browser.mjs")


def see(page: str, fields: dict[str, str] | None = None, cookie: str = "") -> dict[str, Any]:
    """What the page shows, at first or after its form was sent."""
    folder = Path(os.environ.get("UPIVIA_TEST_NODE_FOLDER") or ROOT / "target" / "xtask" / "node")
    assert (folder / "installed.json").is_file(), "no packages for Node.js: `cargo xtask test --only python` installs them"
    node = os.environ.get("UPIVIA_TEST_NODE") or "node"
    command = [node, "--input-type=module", "--eval", SCRIPT.read_text(encoding="utf-8"), page, json.dumps(fields), cookie]
    done = subprocess.run(command, cwd=folder, timeout=60, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["problems"] == [], seen
    return seen


def invited(mailing: Server, sink: MailSink, to: str) -> str:  # noqa: F811
    assert ask("POST", invites(mailing), {"email": to}, **owner(mailing))[0] == 201
    return "#".join(link(arrived(sink, to)[-1]))


def test_a_forgotten_password_is_chosen_on_the_page_once(mailing: Server, sink: MailSink) -> None:  # noqa: F811
    to = mailing.org["email"]
    assert ask("POST", f"{mailing.base}/api/v1/auth/password/forgot", {"email": to})[0] == 202
    page, token = link(arrived(sink, to)[0])
    there = f"{page}#{token}"
    shown = see(there)
    assert (shown["title"], shown["asks_for_name"], shown["can_send"]) == ("Choose a new password", False, True)
    short = see(there, {"password": "short"})
    assert "password" in short["answer"] and short["can_send"], "whoever erred may try again"
    done = see(there, {"password": "a new staple"})
    assert done["answer"] == "Your password is set. You can sign in now."
    assert (done["can_send"], done["hash"]) == (False, ""), "the token is no longer in the address"
    browser = Browser(mailing.base)
    assert (browser.sign_in(to, PASSWORD), browser.sign_in(to, "a new staple")) == (401, 200)
    again = see(there, {"password": "another staple"})
    status, refused = ask("POST", page, {"token": token, "password": "another staple"})
    assert status == 400 and again["answer"] == refused["error"]["message"], "the server's own words"
    assert Browser(mailing.base).sign_in(to, "a new staple") == 200


def test_an_invited_person_joins_on_the_page(mailing: Server, sink: MailSink) -> None:  # noqa: F811
    to = address("grace")
    page = invited(mailing, sink, to)
    shown = see(page)
    assert (shown["title"], shown["asks_for_name"], shown["can_send"]) == ("You are invited", True, True)
    nameless = see(page, {"name": " ", "password": "battery staple"})
    assert "name" in nameless["answer"] and nameless["can_send"]
    joined = see(page, {"name": "Grace Hopper", "password": "battery staple"})
    assert joined["answer"] == "Welcome to acme. You can sign in now." and not joined["can_send"]
    browser = Browser(mailing.base)
    assert browser.sign_in(to, "battery staple") == 200
    assert browser.ask("/api/auth/session")[1]["user"]["name"] == "Grace Hopper"
    used = see(page, {"name": "Eve", "password": "battery staple"})
    assert used["answer"] and "Welcome" not in used["answer"] and used["can_send"]


def test_a_session_that_has_ended_keeps_nobody_out(mailing: Server, sink: MailSink) -> None:  # noqa: F811
    page = invited(mailing, sink, address("linus"))
    ended = f"{SESSION}=of.another.server"
    joined = see(page, {"name": "Linus", "password": "battery staple"}, ended)
    assert joined["answer"] == "Welcome to acme. You can sign in now."


def test_a_link_that_was_cut_says_so(mailing: Server) -> None:  # noqa: F811
    for path in ("invites/accept", "auth/password/reset"):
        shown = see(f"{mailing.base}/api/v1/{path}")
        assert shown["answer"] == "This link is not complete. Copy all of it from the mail." and not shown["can_send"]
