"""Parse bytes from outside into records, or report every problem with file, line, column and remedy."""
