"""villagefp: the household register, visits and forms of a village health worker, offline first."""

__version__ = "0.1.0"
