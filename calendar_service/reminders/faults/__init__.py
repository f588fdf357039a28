"""Faults: what fails in this process, kept until it works again, written down for all, and told by mail."""
