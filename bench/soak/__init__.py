"""Long runs: many tickets, many kills, many faults, through the whole service. ``make soak``."""
