"""People's verdicts: `verdicts.py` decides who may say what, `notes.py` reads them from notes."""
