"""The parts of one running sandbox, as the views find them."""

from dataclasses import dataclass

from flask import Flask, current_app, g

from connectors.sandbox.delivering.faults import WebhookFaults
from connectors.sandbox.faults import Faults
from connectors.sandbox.zendesk.app_store import AppStore
from connectors.sandbox.zendesk.auth import Caller, Credentials
from connectors.sandbox.zendesk.business import Business
from connectors.sandbox.zendesk.config import SandboxConfig
from connectors.sandbox.zendesk.deliveries import Deliveries
from connectors.sandbox.zendesk.desk import Desk
from connectors.sandbox.zendesk.emails import Emails
from connectors.sandbox.zendesk.grants import Grants
from connectors.sandbox.zendesk.installation import Installation
from connectors.sandbox.zendesk.ledger import Ledger
from connectors.sandbox.zendesk.meter import Meter
from connectors.sandbox.zendesk.sending import Sender
from connectors.sandbox.zendesk.webhooks import Registry

_NAME = "sandbox_zendesk"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Everything that lives as long as the app."""

    config: SandboxConfig
    desk: Desk
    webhooks: Registry
    sender: Sender
    deliveries: Deliveries
    credentials: Credentials
    grants: Grants
    ledger: Ledger
    meter: Meter
    installation: Installation
    faults: Faults
    webhook_faults: WebhookFaults
    business: Business
    apps: AppStore
    emails: Emails


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
