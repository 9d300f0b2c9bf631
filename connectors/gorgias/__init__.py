"""Gorgias: HTTP integrations in, the REST API out.

Read `helpdesk` first. Only `writing` makes what is sent to a ticket, only `auth` knows the
credential, and only `mapping` and `audit_log` the shape of Gorgias' JSON.

Source: https://developers.gorgias.com/reference.
"""
