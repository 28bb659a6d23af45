"""Deciding what is new: which story an article belongs to, and which claim a statement repeats."""
