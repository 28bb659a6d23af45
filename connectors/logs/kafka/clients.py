"""Opening kafka-python's clients so that they leave nothing behind when they fail, and what their errors mean to us."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Any, Generic, Protocol, TypeVar, cast

from kafka import errors
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector

from connectors.logs.settings import KafkaSettings
from schemas.errors import RedlineError, UnavailableError

NAME = "Kafka"
_UNTRUSTED = "certificate verify failed"
PAUSE_S = 0.05
"""Between two tries within one call; a client that connects again waits by itself."""
LONGEST_RECONNECT_MS = 500
"""So that work goes on within a second of the brokers' return."""

REFUSED = (
    errors.AuthorizationError,
    errors.SaslAuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.PolicyViolationError,
)
DOWN = (
    errors.RetriableError,
    errors.UnknownBrokerIdError,  # known brokers are gone, others came: a client that is opened anew finds them
    errors.BrokerNotAvailableError,
    # What is left of an idempotent producer whose broker was away for too long: a new one may send.
    errors.OutOfOrderSequenceNumberError,
    errors.UnknownProducerIdError,
    errors.InvalidProducerEpochError,
)


class _Complaints(logging.Handler):
    """Why the last connection failed. kafka-python says it in its log alone, several lines for every try; all of it is
    kept from our log, where the error that we raise says it once."""

    reason: errors.KafkaError | None = None

    def emit(self, record: logging.LogRecord) -> None:
        for part in record.args if isinstance(record.args, tuple) else ():
            if isinstance(part, errors.KafkaConnectionError) and part.args and not self._is_final():
                self.reason = errors.KafkaTimeoutError(str(part.args[0]))
            if isinstance(part, REFUSED):
                self.reason = part

    def _is_final(self) -> bool:
        """Whether the reason says more than that a later try took too long."""
        return isinstance(self.reason, REFUSED) or _UNTRUSTED in str(self.reason)


_complaints = _Complaints(logging.WARNING)
logging.getLogger("kafka").addHandler(_complaints)
logging.getLogger("kafka").propagate = False


class Closable(Protocol):
    """A client."""

    def close(self) -> None:
        """Release what it holds."""
        ...


C = TypeVar("C", bound=Closable)
T = TypeVar("T")


class Held(Generic[C]):
    """One client for all threads: opened when it is first used, and opened anew after it has failed."""

    def __init__(self, settings: KafkaSettings, open_client: Callable[[], C]) -> None:
        self._settings = settings
        self._open = open_client
        self._lock = RLock()
        self._client: C | None = None

    def ask(self, call: Callable[[C], T]) -> T:
        """What ``call`` returns for the client; tried again until the brokers answer, but for ``timeout`` at most.

        Raises:
            UnavailableError: they do not answer.
            RedlineError: they refuse.
        """
        deadline = time.monotonic() + self._settings.timeout
        while True:
            try:
                with self.use() as client:
                    return call(client)
            except UnavailableError:
                if time.monotonic() + PAUSE_S > deadline:
                    raise
            time.sleep(PAUSE_S)

    @contextmanager
    def use(self) -> Iterator[C]:
        """The client, for this thread alone while the block runs; raises what ``ask`` raises, at the first failure."""
        with self._lock:
            try:
                if self._client is None:
                    self._client = self._open()
                yield self._client
            except errors.KafkaError as error:
                self.close()
                raise self._translate(error) from error

    def close(self) -> None:
        """Close the client; a later use opens a new one."""
        with self._lock:
            client, self._client = self._client, None
            if client is not None:
                with suppress(errors.KafkaError):  # what it could not tell the brokers any more
                    client.close()

    def _translate(self, error: errors.KafkaError) -> Exception:
        servers = ", ".join(self._settings.bootstrap_servers)
        if _UNTRUSTED in str(error):
            return RedlineError(
                f"the certificate of Kafka at {servers} is not trusted: set kafka.ca_file to its authority ({error})"
            )
        if isinstance(error, DOWN):
            signing = " and sign on to it" if self._settings.username else ""  # some just hang up on a wrong password
            return UnavailableError(
                f"Kafka at {servers} does not answer: {error}; "
                f"see that it runs and that [kafka] says how to reach it{signing}",
                NAME,
            )
        if isinstance(error, REFUSED):
            who = self._settings.username or "this client"
            return RedlineError(
                f"Kafka at {servers} refuses {who}: {error}; see its rights, and [kafka] for its password"
            )
        return cast(Exception, error)


def options(settings: KafkaSettings) -> dict[str, Any]:
    """What every client is told about the brokers."""
    timeout_ms = int(settings.timeout * 1000)
    told: dict[str, Any] = {
        "bootstrap_servers": list(settings.bootstrap_servers),
        "client_id": "redline",
        "security_protocol": settings.security_protocol,
        "bootstrap_timeout_ms": timeout_ms,
        "request_timeout_ms": timeout_ms,
        "reconnect_backoff_max_ms": LONGEST_RECONNECT_MS,
    }
    if "SSL" in settings.security_protocol:
        told |= {
            "ssl_cafile": _text(settings.ca_file),
            "ssl_certfile": _text(settings.certificate_file),
            "ssl_keyfile": _text(settings.key_file),
            "ssl_password": settings.key_password,
        }
    if settings.security_protocol.startswith("SASL"):
        told |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password,
        }
    return told


def open_client(kind: Callable[..., C], told: dict[str, Any]) -> C:
    """A client of class ``kind``. One that cannot be opened would leave a thread and sockets behind: not here."""
    made: list[KafkaNetClient] = []

    def network(**configs: Any) -> KafkaNetClient:
        setup_ms = told["request_timeout_ms"]
        configs |= {
            "socket_connection_setup_timeout_ms": setup_ms,
            "socket_connection_setup_timeout_max_ms": setup_ms,
        }
        net = NetworkSelector(**configs)
        made.append(KafkaNetClient(net=net, manager=_Manager(net, **configs)))
        return made[-1]

    _complaints.reason = None
    try:
        return kind(kafka_client=network, **told)
    except BaseException as error:
        for client in made:
            client.close()
        if isinstance(error, errors.KafkaTimeoutError) and _complaints.reason:
            raise _complaints.reason from error
        raise


class _Manager(KafkaConnectionManager):  # type: ignore[misc]  # it has no types
    """Hears the last words of a broker that hangs up: why it refuses a password comes together with the end, and
    kafka-python drops what comes with an end."""

    async def _build_transport(self, *args: Any, **named: Any) -> Any:
        transport = await super()._build_transport(*args, **named)
        receive = transport._sock_recv

        def hear() -> tuple[bytes, Exception | None]:
            data, error = receive()
            return data, None if data else error  # the end comes again at the next look

        transport._sock_recv = hear
        return transport


def _text(path: object) -> str | None:
    return None if path is None else str(path)
