"""The demo merchant: a shop's week in a local sandbox, driven and read back stage by stage."""
