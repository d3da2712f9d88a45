"""Runs the migrations of a village's store on the connection that `villagefp.storage.migrate` hands in.

They never import the program's tables: each carries its own. All steps of one run are one transaction.
"""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=True,
    render_as_batch=True,
)
context.run_migrations()
