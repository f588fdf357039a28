"""Checks of other programs over the service behind nginx, as deploy/ has both: `make checkers`."""
