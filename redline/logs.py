"""Log lines: one JSON object a line on standard error, readable text where that is a terminal.

Whoever logs uses the standard library: ``logging.getLogger(__name__).info("fetched", extra={"feed": url})``. The
message names the event; what ``extra`` gives becomes fields. What happens to an article has its id as ``article``: at
DEBUG it is told at every stage. Events of libraries are told from WARNING on.
"""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

OURS = ("redline", "connectors", "pipelines", "schemas")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

NOISE = ("apitools not found",)
"""What libraries say at every start about what we do not use (Beam about BigQuery)."""


def setup(level: str = "info") -> None:
    """Send log lines, ours from ``level`` on, to standard error; a second call replaces what the first one set."""
    terminal = sys.stderr.isatty()
    handler = logging.StreamHandler(sys.stderr)
    handler.set_name("redline")
    handler.setLevel(level.upper())
    handler.addFilter(lambda record: not record.getMessage().startswith(NOISE))
    handler.setFormatter(TextFormatter() if terminal else JsonFormatter())
    root = logging.getLogger()
    for old in [one for one in root.handlers if one.get_name() == "redline"]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    logging.captureWarnings(True)


def ready() -> None:
    """Tell the supervisor, or whoever reads the log, that a service has loaded what it needs."""
    logging.getLogger(__name__).info("ready")


class JsonFormatter(logging.Formatter):
    """``{"time": ..., "level": ..., "logger": ..., "event": ..., <fields>}`` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line |= _fields(record)
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """``09:13:57 event  field=value ...``, with the level where it is not INFO."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        level = "" if record.levelno == logging.INFO else f"{record.levelname} "
        fields = "".join(f"  {name}={value}" for name, value in _fields(record).items())
        trace = f"\n{self.formatException(record.exc_info)}" if record.exc_info else ""
        return f"{time} {level}{record.getMessage()}{fields}{trace}"


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in _STANDARD}
