"""Makes a draft of one customer message. Read `builtin.py` first."""
