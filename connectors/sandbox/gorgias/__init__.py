"""A helpdesk that speaks Gorgias's HTTP, in memory.

``SandboxServer(create_app(SandboxConfig(...)))`` serves it. Answers that Gorgias's documentation
does not settle are marked "unconfirmed" where they are made.
"""

from connectors.sandbox.gorgias.app import create_app
from connectors.sandbox.gorgias.config import (
    Calling,
    OAuthClient,
    RateLimits,
    SandboxConfig,
    Seat,
    Signing,
)

__all__ = [
    "Calling",
    "OAuthClient",
    "RateLimits",
    "SandboxConfig",
    "Seat",
    "Signing",
    "create_app",
]
