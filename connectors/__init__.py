"""Talks to other people's systems. Knows nothing of `plugin` or of our database."""
