"""Local stand-ins that speak other people's HTTP, for the demo and the tests.

Written from the vendors' documentation alone. They import nothing of the adapters, else both could
be wrong together.
"""
