"""Runs migrations on the connection that `store.migrate` hands over."""

from alembic import context

from calendar_service.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
context.run_migrations()
