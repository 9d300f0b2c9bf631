"""Tests of the built-in drafter, its macros and the demo merchant's data."""
