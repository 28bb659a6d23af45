"""The settings of the index on servers (section ``[elasticsearch]``)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

Address = Annotated[str, Meta(pattern=r"^https?://[^/]", description="an http:// or https:// address")]
Prefix = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]*$", description="small letters, digits, and _ . -")]


class ElasticsearchSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where Elasticsearch is, how to sign on to it, and what the indexes are like that are created there.

    ``urls`` are nodes of one cluster. Signing on is by ``user`` and ``password``, or by ``api_key`` (as the server
    gave it, encoded). ``ca_file`` holds the authority (PEM) that the server's certificate is checked against, where it
    is not one of the system's; ``verify`` false accepts any certificate. ``prefix`` begins the name of every index.
    ``shards``, ``replicas`` and ``refresh`` (seconds until what was written is found by a search) hold for indexes
    that are created from now on. ``timeout`` is how many seconds one request may take, ``patience`` how many a write is
    tried again before the index counts as unavailable.
    """

    urls: Annotated[tuple[Address, ...], Meta(min_length=1)] = ("http://127.0.0.1:9200",)
    user: str | None = None
    password: str | None = None
    api_key: str | None = None
    ca_file: Path | None = None
    verify: bool = True
    prefix: Prefix = "redline-"
    shards: Annotated[int, Meta(ge=1)] = 1
    replicas: Annotated[int, Meta(ge=0)] = 0
    refresh: Annotated[float, Meta(ge=0.01)] = 1.0
    timeout: Annotated[float, Meta(gt=0)] = 10.0
    patience: Annotated[float, Meta(ge=0)] = 10.0

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together: set both or neither")
        if self.user is not None and self.api_key is not None:
            raise ValueError("set either user and password or api_key, not both")

    def __repr__(self) -> str:
        """Without the password and the key, which must not get into logs."""
        return f"ElasticsearchSettings({', '.join(self.urls)}, user={self.user!r}, prefix={self.prefix!r})"
