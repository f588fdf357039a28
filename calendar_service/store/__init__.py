"""The database. Only this package imports SQLAlchemy and Alembic.

Editions and revisions are append-only. All times are stored in UTC; no SQL computes with time zones.
"""
