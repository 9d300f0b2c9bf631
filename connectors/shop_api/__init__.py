"""A merchant's own shop, behind a small HTTP interface that the merchant offers."""

from connectors.shop_api.commerce import ShopApi

__all__ = ["ShopApi"]
