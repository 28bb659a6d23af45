"""Parts the corpus into train, dev and test so that no occasion, side or wording stands in two parts.

Articles that share an occasion, a side that makes statements, or wording belong together and form a group. Wording is
shared where two articles have several runs of five words in common that are rare in the corpus. A group goes as a whole
to the part that lacks its classes of text and its hands most, the largest first. An article that was in a part before
stays there, so the test part stays unseen while the corpus grows; where new articles tie two parts together, all go to
the one that was seen more (train before dev before test).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal, get_args

from redline.evaluation.corpus import LabelledArticle
from schemas.gazetteer import Gazetteer
from schemas.ids import stable_id
from schemas.query.analyse import words

Part = Literal["train", "dev", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
SHARES: Mapping[Part, float] = {"train": 0.5, "dev": 0.25, "test": 0.25}
RUN, FEWEST_RUNS, RARE = 5, 3, 4
"""Wording is shared where two articles have FEWEST_RUNS runs of RUN words that at most RARE articles have."""


def split(
    articles: Sequence[LabelledArticle], before: Mapping[str, Part], gazetteer: Gazetteer, seed: int
) -> dict[Part, list[LabelledArticle]]:
    """``articles`` by part, in order of their ids; ``before`` is the part that an article's id had until now.

    ``gazetteer`` knows which sides are one. The same articles, parts and seed give the same parts.
    """
    parts: dict[Part, list[LabelledArticle]] = {part: [] for part in PARTS}
    fresh = []
    for group in groups(articles, gazetteer):
        held = {before[article.id] for article in group if article.id in before}
        if held:
            parts[min(held, key=PARTS.index)] += group
        else:
            fresh.append(group)
    wanted = Counter(stratum for article in articles for stratum in _strata(article))
    have = {part: Counter(s for article in parts[part] for s in _strata(article)) for part in PARTS}
    for group in sorted(fresh, key=lambda group: (-len(group), stable_id(str(seed), group[0].id))):
        strata = Counter(stratum for article in group for stratum in _strata(article))

        def lack(part: Part, strata: Counter[str] = strata) -> float:
            return sum(n * (1 - have[part][s] / (SHARES[part] * wanted[s])) for s, n in strata.items())

        best = max(PARTS, key=lack)
        parts[best] += group
        have[best] += strata
    return {part: sorted(held, key=lambda article: article.id) for part, held in parts.items()}


def groups(articles: Sequence[LabelledArticle], gazetteer: Gazetteer) -> list[list[LabelledArticle]]:
    """``articles`` in groups that share nothing with one another; each in the order of the ids, and so are all."""
    articles = sorted(articles, key=lambda article: article.id)
    leader = {article.id: article.id for article in articles}

    def find(id_: str) -> str:
        while leader[id_] != id_:
            id_ = leader[id_]
        return id_

    for ids in _shared(articles, gazetteer):
        for one, other in pairwise(ids):
            first, second = sorted((find(one), find(other)))
            leader[second] = first
    found: dict[str, list[LabelledArticle]] = defaultdict(list)
    for article in articles:
        found[find(article.id)].append(article)
    return list(found.values())


def shared_wording(articles: Iterable[LabelledArticle]) -> dict[tuple[str, str], list[str]]:
    """The pairs of articles (by id) that share wording, with the runs of words that both have."""
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for article in articles:
        tokens = [token.text for token in words(f"{article.title or ''}\n{article.text}")]
        for run in set(zip(*(tokens[shift:] for shift in range(RUN)), strict=False)):
            holders[run].append(article.id)
    pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
    for run, ids in holders.items():
        if 2 <= len(ids) <= RARE:
            for place, one in enumerate(sorted(ids)):
                for other in sorted(ids)[place + 1 :]:
                    pairs[one, other].append(" ".join(run))
    return {pair: sorted(runs) for pair, runs in pairs.items() if len(runs) >= FEWEST_RUNS}


def _shared(articles: Sequence[LabelledArticle], gazetteer: Gazetteer) -> Iterable[Sequence[str]]:
    """The ids of articles that share one thing, for each such thing."""
    by_thing: dict[tuple[str, str], list[str]] = defaultdict(list)
    for article in articles:
        by_thing["occasion", article.occasion].append(article.id)
        for statement in article.statements:
            by_thing["side", _side(statement.side, gazetteer)].append(article.id)
    return [*by_thing.values(), *shared_wording(articles)]


def _side(name: str, gazetteer: Gazetteer) -> str:
    """The one name of a side: the Soviet Union is Russia's past."""
    entry = gazetteer.lookup(name)
    return entry.side if entry is not None and entry.side is not None else name


def _strata(article: LabelledArticle) -> list[str]:
    """What every part should have its share of."""
    kinds = [f"kind {statement.kind}" for statement in article.statements]
    return [f"class {article.class_}", f"hand {article.hand}", *kinds]
