"""Zendesk as its admin sees it: what Bookbag needs there, and the calls that make it.

`account` is the `Administration`; `wanted` lists what is needed; `webhooks`, `rules` and `apps`
know how Zendesk words each kind; `gate` the condition that holds back a customer's e-mail.
"""

from connectors.zendesk.administration.account import ZendeskAdministration

__all__ = ["ZendeskAdministration"]
