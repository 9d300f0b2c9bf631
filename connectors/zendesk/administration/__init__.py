"""Zendesk as its admin sees it: what Bookbag needs there, and the calls that make it.

`account` is the `Administration`; `wanted` lists what is needed, `gate` what holds back a
customer's e-mail; `shapes` and `apps` know how Zendesk words each kind, `comparing` what is the
same; `standing` how we stand with it.
"""

from connectors.zendesk.administration.account import ZendeskAdministration

__all__ = ["ZendeskAdministration"]
