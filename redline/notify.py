"""Notification: reads the topic ``alerts`` and has every alert delivered to the channels of its watch.

Each delivery is written to the index ``deliveries`` before the offset is committed, and marked when its channel has
it. So a kill at any moment loses none: what is not marked is taken up at the next start. Sending is at least once,
with the alert's id as idempotency key; a delivery that is marked is never sent again. What its watch wants later is
pending until then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TextIO, cast

import msgspec

from connectors.channels.notice import Channel
from connectors.channels.settings import NotifySettings
from connectors.channels.terminal import Terminal
from connectors.channels.webhook import Webhook
from redline import logs
from redline.agenda import Agenda, Waiting, watches_of
from redline.backoff import Backoff
from redline.courier import Courier
from redline.dead_letters import collect
from redline.lifecycle import Stop
from redline.schedule import DEFAULT, Schedule
from schemas.dead_letters import bury, letter_of
from schemas.errors import UnavailableError
from schemas.gaps import unread
from schemas.patience import Patience, Told
from schemas.protocols import Index, Log, LogRecord
from schemas.records import Alert, Delivery, Watch, decode

logger = logging.getLogger(__name__)

GROUP = "notify"
TOPIC = "alerts"
IDLE_S = 2.0
BATCH = 100
COLLECT = timedelta(hours=1)
"""How often dead letters are brought into the index: far sooner than retention takes them."""
RETRY = Backoff(first=1.0, longest=60.0)


def open_channels(settings: NotifySettings, output: TextIO) -> dict[str, Channel]:
    """The terminal, which prints on ``output``, and the configured webhooks, by name."""
    webhooks = [Webhook(name, url, settings.timeout) for name, url in settings.webhooks.items()]
    channels: list[Channel] = [Terminal(output), *webhooks]
    return {channel.name: channel for channel in channels}


def run(
    log: Log,
    index: Index,
    channels: Mapping[str, Channel],
    stop: Stop,
    clock: Callable[[], datetime],
    *,
    schedule: Schedule = DEFAULT,
    once: bool = False,
    retry: Backoff = RETRY,
    told: Told = lambda _: None,
    progress: Callable[[], None] = lambda: None,
) -> None:
    """Deliver alerts until ``stop``; with ``once`` until each alert of the topic that is due was tried.

    What could not be delivered by then stays pending in the index for the next run. ``told`` is called with what is
    away (see ``schemas.patience``), ``progress`` whenever the loop goes round or tries again.
    """
    patience = Patience(stop, clock, told)
    couriers = {name: Courier(channel, index, stop, clock, retry, patience) for name, channel in channels.items()}
    notifier = Notifier(log, index, couriers, clock, schedule)
    with ThreadPoolExecutor(len(couriers), "courier") as pool:
        running = [pool.submit(courier.run) for courier in couriers.values()]
        try:
            with suppress(UnavailableError):  # raised only by the stop
                patience.insist(notifier.resume)
                _read(notifier, running, stop, patience, once, progress)
        finally:
            for courier in couriers.values():
                courier.finish()
    for courier_run in running:
        courier_run.result()


def _read(
    notifier: Notifier,
    running: Sequence[Future[None]],
    stop: Stop,
    patience: Patience,
    once: bool,
    progress: Callable[[], None],
) -> None:
    """Read the topic until ``stop``, with ``once`` to its end, or until a courier has failed."""

    def read() -> int:
        progress()
        return notifier.read()

    logs.ready()
    while not stop.is_set() and not any(courier.done() for courier in running):
        if not patience.insist(read):
            if once:
                return
            patience.insist(partial(notifier.wait, IDLE_S, stop))


class Notifier:
    """Turns the alerts of the topic into deliveries."""

    def __init__(
        self,
        log: Log,
        index: Index,
        couriers: Mapping[str, Courier],
        clock: Callable[[], datetime],
        schedule: Schedule,
    ) -> None:
        self._log = log
        self._index = index
        self._couriers = couriers
        self._clock = clock
        self._agenda = Agenda(index, schedule, clock)
        self._offsets: dict[int, int] = {}
        self._collected = clock()

    def resume(self) -> None:
        """Go on where an earlier run ended, with all deliveries that it left pending."""
        self._collect()
        self._find_place()
        self._index.refresh("deliveries")
        deliveries = (cast(Delivery, record) for record in self._index.scan("deliveries"))
        pending = [delivery for delivery in deliveries if delivery.delivered is None]
        found = self._index.get("alerts", {delivery.alert for delivery in pending})
        alerts = {id_: cast(Alert, each.record) for id_, each in found.items()}
        # One whose alert is not in the index yet comes again: the pipeline repeats what it has not finished.
        waiting = [Waiting(one.id, one.channel, alerts[one.alert]) for one in pending if one.alert in alerts]
        self._hold(waiting, watches_of(self._index, alerts.values()))

    def read(self) -> int:
        """Read and commit what is new in the topic, at most one batch a partition; returns how many records.

        Hands over to the couriers what is due.
        """
        count = 0
        for partition in range(self._log.partitions(TOPIC)):
            records = self._log.read(TOPIC, partition, self._offsets[partition], BATCH)
            if records and records[0].offset > self._offsets[partition]:
                self._find_place()
            if records:
                self._post([alert for record in records for alert in self._decode(record)])
                end = records[-1].offset + 1
                self._log.commit(GROUP, TOPIC, {partition: end})
                self._offsets[partition] = end  # only now: where the commit fails, the batch is read again
            count += len(records)
        for one in self._agenda.take_due():
            self._couriers[one.channel].add(one.delivery, one.alert)
        if abs(self._clock() - self._collected) >= COLLECT:
            self._collect()
        return count

    def _collect(self) -> None:
        """Bring the dead letters of those that have no index into it: nobody else may look at them for long."""
        collect(self._log, self._index)
        self._collected = self._clock()

    def _find_place(self) -> None:
        left = unread(self._log, self._index, GROUP, TOPIC, self._clock())
        self._offsets = {partition: part.start for partition, part in left.items()}

    def wait(self, seconds: float, stop: Stop) -> None:
        """Wait for new alerts."""
        self._log.wait(TOPIC, self._offsets, seconds, stop)

    def _decode(self, record: LogRecord) -> list[Alert]:
        """The alert of ``record`` where it is to be delivered; what cannot be read becomes a dead letter."""
        if record.value is None:
            return []
        try:
            alert = decode(record.value, Alert)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            bury(self._log, self._index, [letter_of(record, "notify", str(error), self._clock())])
            return []
        return [alert] if alert.state == "new" else []

    def _post(self, alerts: Sequence[Alert]) -> None:
        """Record a pending delivery for each alert and channel, and hold those that are not delivered yet."""
        watches = watches_of(self._index, alerts)
        by_id = {
            f"{alert.id}/{channel}": Waiting(f"{alert.id}/{channel}", channel, alert)
            for alert in alerts
            for channel in self._channels(watches.get(alert.watch))
        }
        pending = [Delivery(id=id_, alert=one.alert.id, channel=one.channel) for id_, one in by_id.items()]
        self._index.create("deliveries", pending)
        stored = self._index.get("deliveries", by_id)
        self._hold([one for id_, one in by_id.items() if cast(Delivery, stored[id_].record).delivered is None], watches)

    def _hold(self, deliveries: Sequence[Waiting], watches: Mapping[str, Watch]) -> None:
        """Hold ``deliveries`` until they are due; one whose channel is not set up is pending until it is."""
        for one in deliveries:
            if one.channel not in self._couriers:
                about = {"channel": one.channel, "watch": one.alert.watch, "alert": one.alert.id}
                logger.error("no such channel", extra=about)
        self._agenda.put([one for one in deliveries if one.channel in self._couriers], watches)

    def _channels(self, watch: Watch | None) -> Sequence[str]:
        """Where the alerts of ``watch`` go: to all channels where it names none, or is gone by now."""
        return (watch.deliver if watch else ()) or tuple(self._couriers)
