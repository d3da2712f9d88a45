"""The revision of a store's tables, apart from them: it is asked at every opening, they only where tables are made."""

REVISION = "0007"
"""The revision of `migrations/village` that `tables.py` describes; a test compares the two."""
