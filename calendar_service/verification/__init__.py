"""Verify all outputs: parse every moment out of what is served, and compare it with the records.

Imports nothing from `writers`: an independent implementation finds their errors.
"""
