"""Render records as bytes: iCalendar, JSON, CSV, Atom, and sentences in each language."""
