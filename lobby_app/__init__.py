"""Lobby: the desk at the entrance of a bank branch. Only the version lives here."""

__version__ = "0.1.0"
