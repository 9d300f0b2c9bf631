"""A shop whose orders are read over a small HTTP interface of our own."""

from connectors.sandbox.shop.app import create_app

__all__ = ["create_app"]
