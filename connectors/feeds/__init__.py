"""Feeds: from their bytes to articles in the log."""
