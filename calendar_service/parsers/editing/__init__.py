"""Edit a calendar file in place: only the bytes of the values that change are replaced."""
