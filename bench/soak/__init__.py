"""Long runs: many tickets through the whole service. ``make soak``."""
