"""Finding a Java runtime that is new enough: JAVA_HOME first, then the usual places, then PATH."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from infra.errors import MissingToolError

PLACES = ("/usr/lib/jvm/*", "/opt/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home")
"""Where Java runtimes usually lie, as patterns."""


def find_java(
    least: int, purpose: str, environ: Mapping[str, str] = os.environ, places: Sequence[str] = PLACES
) -> Path:
    """The home of a Java runtime of version ``least`` or later: JAVA_HOME if that fits, else the oldest that does.

    The oldest, because a server is tried with the versions that were there when it came out, not with later ones.
    ``purpose`` is what needs it (for the message); ``places`` are patterns of folders.

    Raises:
        MissingToolError: there is none; the message names what was found.
    """
    chosen = _runtimes([Path(environ["JAVA_HOME"])] if environ.get("JAVA_HOME") else [])
    others = _runtimes(_usual_homes(environ, places))
    for runtimes in (chosen, others):
        if fitting := [runtime for runtime in runtimes if runtime[0] >= least]:
            return min(fitting)[1]
    found = ", ".join(sorted({f"{version} in {home}" for version, home in chosen + others})) or "none"
    raise MissingToolError(
        f"{purpose} needs Java {least} or later (found: {found}): install a JDK, or set JAVA_HOME to the folder of one"
    )


def _usual_homes(environ: Mapping[str, str], places: Sequence[str]) -> Iterator[Path]:
    """The folders of ``places``, and the home of the ``java`` on PATH."""
    for place in places:
        yield from Path("/").glob(place.lstrip("/"))
    if java := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(java).resolve().parent.parent


def _runtimes(homes: Iterable[Path]) -> list[tuple[int, Path]]:
    """The version and home of each runtime in ``homes``."""
    return [runtime for home in homes if (runtime := _runtime(home))]


def _runtime(home: Path) -> tuple[int, Path] | None:
    """The version and home of the runtime in ``home``; None where there is none.

    Read from its ``release`` file, since asking ``java -version`` takes a process each.
    """
    release = home / "release"
    if not (release.is_file() and os.access(home / "bin" / "java", os.X_OK)):
        return None
    version = re.search(r'^JAVA_VERSION="(?:1\.)?(\d+)', release.read_text(encoding="utf-8"), re.MULTILINE)
    return (int(version[1]), home) if version else None
