"""A mail server on loopback: keeps what it takes, and misbehaves by the recipient's name."""

from __future__ import annotations

import email
import socketserver
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default


@dataclass
class Arrived:
    """A mail with its envelope."""

    sender: str
    recipients: list[str]
    mail: EmailMessage


class MailSink:
    """Takes every mail but those to ``nobody@`` (550), ``later@`` (450) and ``spam@`` (554 at the dot).

    For ``lost@`` the mail is kept and the dot never answered; for ``cut@`` the connection ends there.
    """

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []
        self.connections = 0
        self._stopped = threading.Event()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.server_address[1]}"

    def to(self, address: str) -> list[Arrived]:
        return [arrived for arrived in self.arrived if address in arrived.recipients]

    def wait_until_stopped(self) -> None:
        self._stopped.wait()

    def stop(self) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(sink: MailSink) -> type[socketserver.StreamRequestHandler]:
    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            sink.connections += 1
            self.sender, self.recipients = "", []
            self.say("220 sink")
            while line := self.rfile.readline().decode().strip():
                if not self.answer(line):
                    return

        def answer(self, line: str) -> bool:
            verb, path = line[:4].upper(), line.partition("<")[2].partition(">")[0]
            if verb == "MAIL":
                self.sender = path
            if verb == "RCPT":
                self.recipients.append(path)
            if verb == "DATA":
                return self.mail()
            refused = {"nobody": "550 no such user", "later": "450 come again"} if verb == "RCPT" else {}
            self.say(refused.get(path.partition("@")[0], "221 bye" if verb == "QUIT" else "250 ok"))
            return verb != "QUIT"

        def mail(self) -> bool:
            self.say("354 go on")
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                if not line:
                    return False
                lines.append(line.removeprefix(b"."))
            name = self.recipients[0].partition("@")[0]
            if name == "spam":
                self.say("554 looks like spam")
                return True
            mail = email.message_from_bytes(b"".join(lines), policy=default)
            sink.arrived.append(Arrived(self.sender, self.recipients, mail))
            if name == "lost":
                sink.wait_until_stopped()
            if name in ("lost", "cut"):
                return False
            self.say("250 taken")
            return True

    return Handler
