"""What becomes of all samples where nothing goes wrong."""

from __future__ import annotations

from collections import Counter

from tests.faults.desk import FaultError
from tests.faults.facts import Fact, known, not_delivered, not_durable
from tests.faults.homes import Homes
from tests.faults.plan import EMBEDDED
from tests.faults.samples import Samples


def undisturbed(homes: Homes, samples: Samples) -> Counter[Fact]:
    """The facts of an installation of ``homes`` that gets all rounds of ``samples`` at once, on files.

    Raises:
        FaultError: something was wrong all the same.
    """
    with homes.install(EMBEDDED) as (desk, _):
        desk.publish([sample for number in range(samples.rounds) for sample in samples.articles(number)])
        desk.wait(desk.settled, "not settled")
        wrong = not_durable(desk.log, desk.index) + not_delivered(desk.log, desk.index, desk.arrivals.taken)
        if wrong:
            raise FaultError("; ".join(wrong))
        return known(desk.index)
