"""Sets up a helpdesk account for us, looks after it, and takes back what it set up.

`looking` reads what is there; `plan` says what is to be done, `undo` what is to be taken back;
`apply` and `take_back` do it, step by step, each written down first; `examine` finds what is out
of order.
"""
