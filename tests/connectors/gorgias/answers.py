"""Answers as Gorgias' REST API words them, and an account to ask for them."""

import json
from pathlib import Path
from typing import Any

from connectors.base import AccountAccess
from connectors.gorgias.client import GorgiasClient
from connectors.gorgias.helpdesk import GorgiasHelpdesk

BASE = "https://acme.gorgias.com"
API = f"{BASE}/api"
TICKET = f"{API}/tickets/86500001"
MESSAGES = f"{API}/messages"
USERS = f"{API}/users"
KEY = {"api_user": "bot@acme.example", "api_token": "k3y-k3y-k3y"}
FIXTURES = Path(__file__).parents[2] / "fixtures" / "gorgias"
ROLES = {"510001": "admin", "510002": "agent", "510003": "bot"}


def access(**credentials: str) -> AccountAccess:
    return AccountAccess(url=BASE, vendor_account="acme", credentials=credentials or KEY)


def client() -> GorgiasClient:
    return GorgiasClient(access(), allow_private=False)


def helpdesk() -> GorgiasHelpdesk:
    return GorgiasHelpdesk(access(), allow_private=False)


def fixture(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text("utf-8"))
    return found


def listed(*items: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"data": list(items), "meta": {"prev_cursor": None, "next_cursor": following}}
