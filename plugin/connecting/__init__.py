"""Connecting helpdesk accounts: consents that are asked for, and the grants that come of them."""
