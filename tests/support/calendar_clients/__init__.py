"""Calendar clients that are not ours: what a subscriber's program makes of our bytes."""
