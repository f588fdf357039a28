"""Reminders: what is due to whom, what is written, how it travels, and sending it, once and in time."""
