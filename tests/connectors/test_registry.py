import pytest

from connectors import registry
from connectors.base import AccountAccess
from connectors.errors import RejectedError
from connectors.shop_api import ShopApi
from connectors.zendesk.helpdesk import ZendeskHelpdesk
from connectors.zendesk.webhooks import ZendeskWebhooks

ACCESS = AccountAccess(
    "https://acme.zendesk.com", "1", {"api_user": "ai@acme.example", "api_token": "t0ken"}
)


def test_the_kinds() -> None:
    assert registry.HELPDESKS == ("gorgias", "zendesk")
    assert registry.COMMERCE == ("shop_api",)


def test_every_kind_opens_its_class() -> None:
    assert isinstance(registry.helpdesk("zendesk", ACCESS, allow_private=False), ZendeskHelpdesk)
    assert isinstance(registry.webhooks("zendesk"), ZendeskWebhooks)
    shop = registry.commerce("shop_api", "https://shop.example", "t0ken", allow_private=False)
    assert isinstance(shop, ShopApi)


def test_every_helpdesk_has_its_webhooks() -> None:
    for kind in registry.HELPDESKS:
        assert registry.webhooks(kind)


def test_an_unknown_kind_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="unknown helpdesk 'gorgon': known are gorgias, zendesk"):
        registry.helpdesk("gorgon", ACCESS, allow_private=False)
    with pytest.raises(ValueError, match="known are gorgias, zendesk"):
        registry.webhooks("")
    with pytest.raises(ValueError, match="unknown shop 'x': known are shop_api"):
        registry.commerce("x", "https://shop.example", "t", allow_private=False)


def test_the_demo_alone_talks_to_itself() -> None:
    with pytest.raises(RejectedError):
        registry.commerce("shop_api", "http://127.0.0.1:1", "t", allow_private=False)
    assert registry.commerce("shop_api", "http://127.0.0.1:1", "t", allow_private=True)
