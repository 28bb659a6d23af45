"""The connection to Elasticsearch, and what its failures mean."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch

from connectors.indexes.settings import ElasticsearchSettings
from schemas.errors import RedlineError, UnavailableError

NAME = "Elasticsearch"
# It warns of every try that fails; the error that we raise says it once.
logging.getLogger("elastic_transport.node_pool").setLevel(logging.ERROR)
_UNTRUSTED = "CERTIFICATE_VERIFY_FAILED"


def connect(settings: ElasticsearchSettings) -> Elasticsearch:
    """A client of the cluster; nothing is asked yet. Another node is tried at once where one cannot be reached."""
    options: dict[str, Any] = {}
    if settings.user is not None and settings.password is not None:
        options["basic_auth"] = (settings.user, settings.password)
    if settings.api_key is not None:
        options["api_key"] = settings.api_key
    if any(url.startswith("https:") for url in settings.urls):
        options |= {"verify_certs": settings.verify, "ssl_show_warn": False}
        if settings.ca_file is not None:
            options["ca_certs"] = str(settings.ca_file)
    return Elasticsearch(
        list(settings.urls),
        request_timeout=settings.timeout,
        max_retries=len(settings.urls) - 1,
        retry_on_status=(),
        **options,
    )


@contextmanager
def answered(what: str) -> Iterator[None]:
    """Translates the errors of the requests in its block; ``what`` names the index or server in the messages.

    Raises:
        UnavailableError: no answer came, or one that says "not now" (429, 5xx).
        RedlineError: the server refuses for good: who asks, or what is asked.
    """
    try:
        yield
    except ConnectionTimeout as error:
        raise UnavailableError(f"{what}: Elasticsearch did not answer in time: {error.message}", NAME) from error
    except TransportError as error:
        if _UNTRUSTED in error.message:
            raise RedlineError(
                f"{what}: the server's certificate is not trusted: set ca_file to its authority ({error.message})"
            ) from error
        raise UnavailableError(f"{what}: Elasticsearch does not answer: {error.message}", NAME) from error
    except ApiError as error:
        status = error.meta.status
        if passing(status):
            message = f"{what}: Elasticsearch refuses for now: {status} {reason(error.body)}"
            raise UnavailableError(message, NAME) from error
        if status in (401, 403):
            raise RedlineError(
                f"{what}: Elasticsearch refuses who asks ({status}): see to user and password, or api_key, and their"
                f" rights: {reason(error.body)}"
            ) from error
        raise RedlineError(f"{what}: Elasticsearch refuses: {status} {reason(error.body)}") from error


def passing(status: int) -> bool:
    """Whether an answer's or an item's ``status`` says that the server cannot now, whatever it is asked."""
    return status == 429 or status >= 500


def reason(body: object) -> str:
    """The error in an answer or an item, in one line."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if not isinstance(error, dict):
        return " ".join(str(error).split())[:500]
    cause = error.get("caused_by") or {}
    parts = [str(part.get(key)) for part in (error, cause) for key in ("type", "reason") if part.get(key)]
    return " ".join(": ".join(parts).split())[:500]
