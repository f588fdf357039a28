"""Records become bytes for outside: iCalendar, JSON and sentences in each language."""
