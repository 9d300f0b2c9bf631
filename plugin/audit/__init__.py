"""The audit for those who check it: whether its chain holds, and its rows for other programs."""
