"""The audit: every moment read back out of what is served, and held against the records.

It knows nothing of `writers`: what it reads, it reads anew.
"""
