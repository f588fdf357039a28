"""Speed beside peers: `make bench`, `make bench ROWS="feeds"` for one family; docs/performance.md has the results."""
