"""A helpdesk that speaks Zendesk's HTTP, in memory.

``SandboxServer(create_app(SandboxConfig(...)))`` serves it. Answers that Zendesk's documentation
does not settle are marked "unconfirmed" where they are made.
"""

from connectors.sandbox.zendesk.app import create_app
from connectors.sandbox.zendesk.config import OAuthClient, RateLimits, SandboxConfig, Seat

__all__ = ["OAuthClient", "RateLimits", "SandboxConfig", "Seat", "create_app"]
