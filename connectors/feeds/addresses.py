"""Addresses: one canonical form each, without tracking parameters, so that one article has one address."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit, urlunsplit

from schemas.errors import DataFileError

_DEFAULT_PORT = {"http": ":80", "https": ":443"}


def canonical(address: str) -> str | None:
    """The one form of a web ``address``; None where it is no absolute http(s) address.

    Parameters that ``tracking.txt`` names are left out, from the fragment too; all others stay, and so does the
    fragment, since pages that hold several articles tell them apart by it.
    """
    from w3lib.url import canonicalize_url

    address = address.strip()
    if not is_web(address):
        return None
    try:
        parts = urlsplit(address)
        host = parts.netloc.lower().removesuffix(_DEFAULT_PORT[parts.scheme.lower()])
        # A fragment is kept as it is unless it is a list of parameters.
        fragment = _without_tracking(parts.fragment) if "=" in parts.fragment else parts.fragment
        kept = parts._replace(netloc=host, query=_without_tracking(parts.query), fragment=fragment)
        return canonicalize_url(urlunsplit(kept), keep_fragments=True)
    except ValueError:
        return None


def is_web(address: str) -> bool:
    """Whether ``address`` is an absolute http(s) address."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    return parts.scheme.lower() in _DEFAULT_PORT and bool(parts.hostname)


def host_of(address: str) -> str:
    """Host and port of ``address``: what a server's "come back later" speaks for."""
    return urlsplit(address).netloc.lower().rpartition("@")[2]


def _without_tracking(query: str) -> str:
    return "&".join(pair for pair in query.split("&") if not _tracking().fullmatch(pair.partition("=")[0].lower()))


@cache
def _tracking() -> re.Pattern[str]:
    names = []
    lines = files(__package__).joinpath("tracking.txt").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not line or line.startswith("#"):
            continue
        if not re.fullmatch(r"[a-z0-9_]+\*?", line):
            raise DataFileError("connectors/feeds/tracking.txt", number, f"{line!r} is no name in lower case")
        names.append(line.replace("*", ".*"))
    return re.compile("|".join(names))
