"""What others do on a ticket beside writing: `watch.py` passes an event on, the others follow it.

`our_tags.py` restores what mirrors the truth, `taken_back.py` notices a message that was made
private, `merges.py` sets aside what was drafted on a ticket that is closed into another.
"""
