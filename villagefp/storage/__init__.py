"""A village's records. Whichever part is imported first, SQLAlchemy comes without what it does not need here."""

from villagefp.storage.stand_ins import AsyncioStandIn, StandIn, standing_in

with standing_in(AsyncioStandIn("asyncio"), StandIn("importlib.metadata")):
    import sqlalchemy.dialects.sqlite  # noqa: F401
