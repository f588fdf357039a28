"""The database: the only room that knows SQLAlchemy and Alembic.

Editions and revisions are append-only. All times are stored in UTC; no SQL computes with time zones.
"""
