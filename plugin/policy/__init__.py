"""A merchant's rules: read from a file (`load`), applied to a draft (`decide`).

Start with `decide.py`; what each key of a file means stands in the table of `conditions.py`.
"""
