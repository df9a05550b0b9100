"""Things that happen in the background, and how long a test is patient."""

from __future__ import annotations

import time
from typing import Callable

WAIT_SECONDS = 30


def wait_for(holds: Callable[[], bool], what: str, seconds: float = WAIT_SECONDS) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.1)
