"""Webhooks can be lost: what the helpdesk says happened is compared with what was told.

`round` reads its export of changes a page at a time, `missing` finds what no webhook told of, and
that goes into the inbox like any webhook. The sweep drives it on, the most urgent first.
"""
