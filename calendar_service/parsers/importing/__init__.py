"""Import what others publish (a page, .ics, JSON-LD, OCDS, CSV) as candidates for records.

Nothing here writes a file or opens a connection. What is not understood is reported, never guessed.
"""
