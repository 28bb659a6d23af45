"""The mapping of every index in Elasticsearch: one JSON file each, the same on any kind of server.

A document has three parts, and nothing else (``dynamic: strict``):

- the record itself, under its own field names, as ``_source`` keeps it. These fields are typed for people and tools
  outside: times are dates, ids and names keywords, prose is text. We read records back from them, and never search
  them. Of a keyword longer than 8,191 characters (the server's limit is 32,766 bytes) nothing is indexed, and the
  server marks the document with the field's name in ``_ignored``; the record keeps it whole.
- ``written``: when the record was first written; ``token``: by which its writer knows it again.
- ``q``: what the query language searches, exactly as ``schemas.query.project`` gives it: ``words`` and ``folded``
  (tokens of our analyser, a blank apart), ``exact``, ``numbers``; and ``first_seen``, in microseconds since 1970, by
  which the newest come first (``written`` where the record has none). ``q`` is indexed but not kept in ``_source``,
  since it can always be made anew from the record.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def mapping(index: str) -> dict[str, Any]:
    """The mapping of ``index``, as the server takes it."""
    content: dict[str, Any] = json.loads((FOLDER / f"{index}.json").read_text(encoding="utf-8"))
    return content
