"""Who said it: the share of direct quotations whose source is named right, beside the name that stands nearest.

The texts are the development part of PolNeAR (political news in which every source is marked by hand). A quotation
counts if it has at least three words, lies within one marked content, and that content has a source. An answer is right
if it lies within the marked source. The nearest name is the person or body outside quotation marks, in the same
paragraph or the one before, that stands nearest to the quotation.

Usage: ``python -m benchmarks.attribution [FOLDER]``. FOLDER holds ``text/*.txt`` and ``attributions/*.ann``; without it
``../shared/data/polnear-dev`` beside the project is taken, and nothing is measured where that is absent.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from spacy.tokens import Doc, Span

from pipelines.reading.document import Document
from pipelines.reading.models import load_model
from pipelines.reading.quotes import Quotation
from pipelines.reading.settings import ReadingSettings
from pipelines.reading.statements.attribution import attribute
from pipelines.reading.statements.cues import Cue
from pipelines.reading.statements.passages import Sentence, sentences
from schemas.gazetteer import load_gazetteer
from schemas.records import Article
from schemas.times import utc_now

FOLDER = Path(__file__).parents[1] / ".." / "shared" / "data" / "polnear-dev"
NAMES = frozenset({"PERSON", "ORG", "GPE", "NORP"})
LEAST_WORDS = 3
_SPAN = re.compile(r"(\d+) (\d+)")


class Place(NamedTuple):
    """Characters ``start`` to ``end`` (exclusive)."""

    start: int
    end: int

    def holds(self, other: Place) -> bool:
        """Whether ``other`` lies within."""
        return self.start <= other.start and other.end <= self.end

    def meets(self, other: Place) -> bool:
        """Whether both have a character in common."""
        return self.start < other.end and other.start < self.end


class Marked(NamedTuple):
    """What was said (first to last character), and the places of its source."""

    content: Place
    source: list[Place]


def marked(annotations: str) -> Iterator[Marked]:
    """The attributions of a stand-off file that have a source."""
    places: dict[str, list[Place]] = {}
    for line in annotations.splitlines():
        if line.startswith("T"):
            name, kind, _ = line.split("\t")
            places[name] = [Place(int(start), int(end)) for start, end in _SPAN.findall(kind)]
    for line in annotations.splitlines():
        if line.startswith("E"):
            parts = dict(part.split(":") for part in line.split("\t")[1].split())
            contents = [place for role, name in parts.items() if role.startswith("Content") for place in places[name]]
            sources = [place for role, name in parts.items() if role.startswith("Source") for place in places[name]]
            if contents and sources:
                yield Marked(Place(min(contents).start, max(place.end for place in contents)), sources)


def by_reader(sentence: Sentence, quotation: Quotation, all_sentences: list[Sentence]) -> Place | None:
    """The source that the reader gives for ``quotation``."""
    words = [token for token in sentence.span if quotation.start <= token.idx < quotation.end and token.is_alpha]
    if not words:
        return None
    root = sentence.span.doc[words[0].i : words[-1].i + 1].root
    found = attribute(Cue("harm", root, sentence.span.doc[root.i : root.i + 1]), sentence, all_sentences)
    return Place(found.source.idx, found.source.idx + len(found.source)) if found is not None else None


def by_nearness(sentence: Sentence, quotation: Quotation, all_sentences: list[Sentence]) -> Place | None:
    """The name that stands nearest to ``quotation``."""
    near = {s.index: s for s in all_sentences if 0 <= sentence.paragraph - s.paragraph <= 1}
    names = [
        entity for s in near.values() for entity in s.span.ents if entity.label_ in NAMES and not s.quoted(entity.root)
    ]
    nearest = min(names, key=lambda name: _distance(name, quotation), default=None)
    return Place(nearest.start_char, nearest.end_char) if nearest is not None else None


def _distance(name: Span, quotation: Quotation) -> int:
    return max(quotation.start - name.end_char, name.start_char - quotation.end)


def measure(folder: Path) -> None:
    """Print both shares over all texts of ``folder``, for all sources and for those that are names."""
    nlp, gazetteer = load_model(ReadingSettings()), load_gazetteer()
    right = {"reader": [0, 0], "nearest name": [0, 0]}
    counted = [0, 0]
    for file in sorted((folder / "text").glob("*.txt")):
        annotations = next((folder / "attributions").glob(f"{file.stem}_*.ann"), None)
        if annotations is None:
            continue
        text = file.read_text("utf-8")
        article = Article(id=file.stem, feed="polnear", fetched=utc_now(), text=text)
        doc = nlp(text)
        read = sentences(Document(article, "en", None, doc, gazetteer))
        said = list(marked(annotations.read_text("utf-8")))
        for sentence, quotation in _quotations(read, text):
            place = Place(quotation.start, quotation.end)
            source = next((one.source for one in said if one.content.holds(place)), None)
            if source is None:
                continue
            named = any(entity.label_ in NAMES for one in source for entity in _entities(doc, one))
            answers = {
                "reader": by_reader(sentence, quotation, read),
                "nearest name": by_nearness(sentence, quotation, read),
            }
            for column in (0, 1) if named else (0,):
                counted[column] += 1
                for way, answer in answers.items():
                    right[way][column] += answer is not None and any(one.meets(answer) for one in source)
    for column, what in enumerate(("all sources", "sources with a name")):
        shares = ", ".join(f"{way} {hits[column] / counted[column]:.3f}" for way, hits in right.items())
        print(f"{what} ({counted[column]} quotations): {shares}")


def _quotations(read: list[Sentence], text: str) -> Iterator[tuple[Sentence, Quotation]]:
    """Every quotation of enough words, with the sentence in which it begins."""
    for sentence in read:
        for quotation in sentence.quotes:
            begins = sentence.span.start_char <= quotation.start < sentence.span.end_char
            if begins and len(text[quotation.start : quotation.end].split()) >= LEAST_WORDS:
                yield sentence, quotation


def _entities(doc: Doc, place: Place) -> list[Span]:
    return [entity for entity in doc.ents if place.meets(Place(entity.start_char, entity.end_char))]


def main() -> None:
    """Measure, or say what is missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder = parser.parse_args().folder
    if not (folder / "text").is_dir():
        print(f"{folder} has no texts: nothing measured. Name a folder with text/*.txt and attributions/*.ann.")
        return
    measure(folder)


if __name__ == "__main__":
    main()
