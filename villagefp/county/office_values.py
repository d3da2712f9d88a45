"""Small facts that the county keeps beside its records, by name: of one village, or of none."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, select, update

from villagefp.county.office_tables import OFFICE, office_value

VAULT = "vault"
"""The public part of the vault key."""
KEYED_BY = "keyed by"
"""The id under which a village's keys are worked out, where it is not its own."""
KEY_GENERATION = "village key generation"
"""The generation of a village's key that laptops get from now on; 1 where nothing is said."""
ENVELOPES = "envelopes written"
"""The number of the last envelope for a village's laptops."""


def get(connection: Connection, name: str, village: bytes = OFFICE) -> bytes | None:
    """The value kept under a name."""
    query = select(office_value.c.value).where(office_value.c.village == village, office_value.c.name == name)
    return connection.execute(query).scalar()


def put(connection: Connection, name: str, value: bytes, village: bytes = OFFICE) -> None:
    """Keep a value under a name, in place of what was there."""
    same = (office_value.c.village == village, office_value.c.name == name)
    if not connection.execute(update(office_value).where(*same).values(value=value)).rowcount:
        connection.execute(insert(office_value).values(village=village, name=name, value=value))


def get_number(connection: Connection, name: str, otherwise: int, village: bytes = OFFICE) -> int:
    """A number kept under a name."""
    found = get(connection, name, village)
    return otherwise if found is None else int.from_bytes(found, "big")


def put_number(connection: Connection, name: str, number: int, village: bytes = OFFICE) -> None:
    """Keep a number under a name."""
    put(connection, name, number.to_bytes(8, "big"), village)


def villages_with(connection: Connection, name: str, number: int) -> set[bytes]:
    """The villages of which this number is kept under a name."""
    same = (office_value.c.name == name, office_value.c.value == number.to_bytes(8, "big"))
    return {bytes(village) for village in connection.execute(select(office_value.c.village).where(*same)).scalars()}


def forget_between(connection: Connection, first: str, last: str) -> None:
    """Forget the values of no village whose names lie from `first` to before `last`."""
    names = office_value.c.name
    connection.execute(delete(office_value).where(office_value.c.village == OFFICE, names >= first, names < last))
