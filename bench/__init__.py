"""Measurements, as ratios within one run wherever a figure depends on the machine."""
