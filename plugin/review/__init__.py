"""People's answers to drafts: `verdicts.py` says what follows, `rights.py` who may give one.

`notes.py` reads verdicts from notes; `status.py` and `refusals.py` word what is answered there.
`insertion.py` hands a draft to an agent's composer, `composed.py` says what may leave from there,
and `deadlines.py` what happens when nobody signed in time.
"""
