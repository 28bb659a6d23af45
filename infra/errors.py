"""What can go wrong with a server on this machine; each message says what to do.

This folder knows nothing of Redline, so its errors have a root of their own.

ServerError
└── MissingToolError    a program that is needed is not installed; the message names it
"""

from __future__ import annotations


class ServerError(Exception):
    """A server did not start, or ended; the message carries the end of its log."""


class MissingToolError(ServerError):
    """A program that is needed is not installed."""
