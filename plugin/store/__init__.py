"""Everything that is kept, and all SQL. Read `schema.py` first, then `engine.py`."""
