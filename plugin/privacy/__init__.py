"""What we hold about people: found, exported, erased, and kept no longer than it may be."""
