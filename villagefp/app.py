"""Placeholder until the window and the command line exist."""
