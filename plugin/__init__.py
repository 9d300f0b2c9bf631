"""Bookbag: the human-in-the-loop layer for AI support. Read `plugin/pipeline.py` first."""
