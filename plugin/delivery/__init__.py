"""Everything that leaves, exactly once, and everything that left without us.

`effects.py` runs one effect, `replies.py` delivers an approved draft, `answers.py` recognises an
agent's own reply, `tags.py` mirrors the truth.
"""
