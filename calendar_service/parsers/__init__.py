"""Bytes from outside become records, or every problem with file, line, column and remedy."""
