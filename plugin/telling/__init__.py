"""Tells approvers: `whom.py` says who is asked, `words.py` what, `ask.py` plans, `send.py` does.

`channels.py` is how an admin sets the ways up. Nothing here authorises anything, and a way that
fails holds up no draft.
"""
