"""Labelled articles made by hand for the tests."""

from __future__ import annotations

from typing import Any

import msgspec

from redline.evaluation.corpus import LabelledArticle, LabelledEntity, LabelledStatement

FILLER = (
    "Rain fell on the harbour all morning. Porters carried crates of oranges past the old customs house, and a band "
    "played for nobody in particular. The ferry to the islands was an hour late, as it is on most days of the week. "
    "A child counted gulls. In the market a woman sold lamps that her brother had made from old bottles, and said that "
    "business was slow but honest."
)
WARNING = 'Freedonia will sink any Sylvanian ship that enters the bay, its president said. "We will sink it," he added.'


def statement(**changes: Any) -> LabelledStatement:
    """What ``WARNING`` says, but for ``changes``."""
    whole = LabelledStatement(
        kind="threat",
        speaker="its president",
        side="Freedonia",
        target="any Sylvanian ship that enters the bay",
        target_sides=("Sylvania",),
        condition="enters the bay",
        consequence="will sink any Sylvanian ship",
        quote="We will sink it",
        evidence=(
            "Freedonia will sink any Sylvanian ship that enters the bay, its president said.",
            '"We will sink it," he added.',
        ),
        claim="bay/a",
    )
    return msgspec.structs.replace(whole, **changes)


def telling(
    id_: str = "aa-001", statements: tuple[LabelledStatement, ...] | None = None, **changes: Any
) -> LabelledArticle:
    """An article that has ``WARNING``, but for ``changes``."""
    whole = LabelledArticle(
        id=id_,
        hand=id_.partition("-")[0],
        occasion="bay",
        class_="statement",
        style="wire",
        title="Freedonia threatens ships",
        text=f"{WARNING}\n\n{FILLER}",
        entities=(LabelledEntity("Freedonia", "GPE"),),
        topics=("maritime-security",),
        statements=(statement(),) if statements is None else statements,
    )
    return msgspec.structs.replace(whole, **changes)


def plain(id_: str, **changes: Any) -> LabelledArticle:
    """An article without a statement, about an occasion of its own, but for ``changes``."""
    whole = LabelledArticle(
        id=id_,
        hand=id_.partition("-")[0],
        occasion=f"rain-{id_}",
        class_="ordinary",
        style="local paper",
        text=f"{FILLER} {id_}.",
    )
    return msgspec.structs.replace(whole, **changes)
