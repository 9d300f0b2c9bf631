"""What a reply states that somebody must have told its author: see `claims.find`."""
