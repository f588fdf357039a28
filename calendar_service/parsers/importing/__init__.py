"""What others publish (a page, .ics, JSON-LD, OCDS, CSV) becomes records that a person can take over.

Nothing here writes a file or opens a connection; what is not understood is said and never guessed.
"""
