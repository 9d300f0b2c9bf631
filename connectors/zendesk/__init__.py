"""Zendesk Support: webhooks in, the ticket API out.

Read `helpdesk` first. Only `client` knows zenpy, only `oauth` the credential, and only `reading`
and `mapping` the shape of Zendesk's JSON.
"""
