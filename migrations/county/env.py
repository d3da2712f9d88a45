"""Runs the migrations of the county's store on the connection that `villagefp.county.migrate` hands in.

They never import the program's tables: each carries its own, and runs on PostgreSQL and on SQLite alike. All steps of
one run are one transaction.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
