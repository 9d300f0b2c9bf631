"""Zendesk's HTTP interface: one blueprint per area, and the guard before them all."""
