"""The parts of one running sandbox, as the views find them."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, current_app, g

from connectors.sandbox.delivering.faults import WebhookFaults
from connectors.sandbox.faults import Faults
from connectors.sandbox.gorgias.auth import Caller, Credentials
from connectors.sandbox.gorgias.bucket import Bucket
from connectors.sandbox.gorgias.config import SandboxConfig
from connectors.sandbox.gorgias.deliveries import Deliveries
from connectors.sandbox.gorgias.desk import Desk
from connectors.sandbox.gorgias.integrations import Integrations
from connectors.sandbox.gorgias.journal import Journal
from connectors.sandbox.gorgias.ledger import Ledger
from connectors.sandbox.gorgias.mailroom import Mailroom
from connectors.sandbox.gorgias.shelf import Shelf
from connectors.sandbox.gorgias.sidebar import Sidebar
from connectors.sandbox.gorgias.templating import Templates

_NAME = "sandbox_gorgias"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Everything that lives as long as the app."""

    config: SandboxConfig
    desk: Desk
    credentials: Credentials
    key_calls: Bucket
    oauth_calls: Bucket
    journal: Journal
    ledger: Ledger
    mailroom: Mailroom
    integrations: Integrations
    deliveries: Deliveries
    shelves: Mapping[str, Shelf]
    sidebar: Sidebar
    templates: Templates
    faults: Faults
    webhook_faults: WebhookFaults


def install(app: Flask, sandbox: Sandbox) -> None:
    """Give the app its sandbox."""
    app.extensions[_NAME] = sandbox


def sandbox() -> Sandbox:
    """The sandbox of the app that answers this request."""
    return sandbox_of(current_app)


def sandbox_of(app: Flask) -> Sandbox:
    """The sandbox of an app, for whoever runs it in the same process."""
    found: Sandbox = app.extensions[_NAME]
    return found


def remember_caller(caller: Caller) -> None:
    """Note who makes this API call."""
    g.sandbox_caller = caller


def caller() -> Caller:
    """Who makes this API call."""
    found: Caller = g.sandbox_caller
    return found
