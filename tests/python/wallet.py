"""Reading money exactly: the decimal string counts, the cents beside it are checked to be whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from upivia import UpiviaClient


def usd(money: dict[str, Any], name: str) -> Decimal:
    """The exact amount called ``name``; also checks that the cents beside it are an integer."""
    assert type(money[f"{name}_cents"]) is int, f"{name}_cents is no integer in {money}"
    return Decimal(money[f"{name}_usd"])


def balance(client: UpiviaClient, mode: str) -> Decimal:
    """What the wallet has not spent, exactly."""
    # The client has no argument for the mode of a balance: its transport sends the query.
    return usd(client._transport.request("GET", "/api/v1/balance", query={"mode": mode}, auth="workspace"), "posted")
