"""The query language: one syntax, one analyser and one meaning for both indexes and for the stream."""
