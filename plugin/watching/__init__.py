"""What others do on a ticket beside writing: `watch.py` passes an event on, the others follow it.

`our_tags.py` restores what mirrors the truth, `taken_back.py` notices a message that was made
private, `merges.py` that a ticket was closed into another; `setting_aside.py` takes a draft out.
"""
