"""What our set-up makes in a Gorgias account, and how the account stands."""

from connectors.gorgias.administration.account import GorgiasAdministration

__all__ = ["GorgiasAdministration"]
