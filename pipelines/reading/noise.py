"""Finds the boilerplate within an article's text: what its page put there and nobody wrote as news.

Whole lines are noise that
- ``boilerplate.txt`` knows, or that are made of such parts only (``4 min read   Share | 12 comments | 2026-11-03``);
- repeat the title or an earlier line;
- stand below a label that has its line for itself (``Most read``), as long as they look like headlines;
- are the way to the page (``Home > World > Europe``), a caption, told by the credit at its end (``Ships at dusk.
  Photo: A. Berg``), a row of a ticker (``WTI 61.22 ▼``), or point to a page of the paper (``Airport chaos, page 4``).

Within a line it is a pointer to another article (``READ ALSO: ...`` to the end of its sentence), a credit in brackets,
and what a template or an HTML tag left behind. Noise is given as spans; the text stays. In doubt a line is news.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from schemas.errors import DataFileError
from schemas.records import Article, Span, Statement

_BOILERPLATE = Path(__file__).parent / "boilerplate.txt"
_REPEATABLE = 25
"""A line of fewer characters than this may stand twice and mean it ("Yes.")."""
_LONG = 250
"""Characters; what is longer than this is a paragraph, of which only the sentence with a label can be noise."""
_HEADLINES = 8
"""So many lines below a label alone may be the headlines that it announces."""
_HEADLINE_WORDS = 20

_LINE = re.compile(r"[^\n]+")
_EDGES = " \t\r\u00a0*•·|>»▶✓–-—:.…[]()#+=_"
_QUOTES = re.compile(r"[\"“”„«»]")
_STOPPED = re.compile(r"[.!?:;…。！？\"'”’»“)\]]$")
_SENTENCE = re.compile(r".*?(?:[.!?…][\"'”’»]?(?=\s)|$)")
_PARTS = re.compile(r"\s*(?:[|•·]|\*{2,}|\s[-–—]\s|\s{2,}|\.\s)\s*")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.?"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[./]\d{{1,2}}(?:[./]\d{{2,4}})?"
    rf"|\d{{1,2}} {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:, \d{{4}})?)"
)
_CLOCK = r"(?:\d{1,2}[:.h]\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?(?:\s(?:utc|gmt|[cem]?[es]t))?)"
_DATED = r"date|(?:last )?updated|modified|published|posted|publié le|mis à jour|stand|veröffentlicht"
_CHROME = re.compile(
    rf"(?:(?:{_DATED})\W*(?:on |at |le |à )?)?(?:{_DATE}(?:[t ,]|\s(?:at|à|-)\s)*{_CLOCK}?|{_CLOCK})"
    r"|\d+ ?(?:min|minutes?|mins)(?: read)?|\d+ ?[smhd](?:ours?)? ago|\d+ (?:comments?|shares?|views?|likes?)"
    r"|[\w' ]*comments?[:\s]*\(?\d+\)?|(?:icon|btn|logo|svg)[-_][\w-]+|category:? .+|listen to this article .*"
    r"|\W*\d+\W*",
    re.IGNORECASE,
)
"""A part of a line that carries a date, a clock, a count or the name of an icon."""
_BYLINE = re.compile(r"by (?:[^\W\d_][\w.'’-]+ ?){1,6}", re.IGNORECASE)
_CREDIT = (
    r"(?:[Pp]hoto(?:graph)?|PHOTO|[Pp]icture|[Ii]mage|[Vv]ideo|[Ii]llustration|[Ff]oto|[Cc]redit)s?"
    r"(?: by| credit|: |/|:)(?:[^.!?\n]|(?<=\b[A-Z])\.){1,60}"
    r"|(?:AP|AFP|EPA|REUTERS|Reuters|TASS|Xinhua|Getty|GETTY)(?: Photo| Images?)?/[A-Z][^.!?\n]{1,50}"
    r"|(?:via )?Getty Images"
)
_CREDITED = re.compile(rf"(?:(?<=[.!?”\"]\s)|(?<=[(\[])|(?<=©\s))(?:{_CREDIT})[)\].]*$|\s©\s?[A-Z][^.!?\n]{{1,40}}$")
_IN_BRACKETS = re.compile(rf"[(\[](?:{_CREDIT})[)\]]")
_PAGE = re.compile(r"(?:[,:|(–—•-]\s?|\bsee )(?:turn to )?pages? \d+(?:(?:, | and | & |-)\d+)*\)?$", re.IGNORECASE)
_PATH = re.compile(r"(?:[\w &'’-]{1,30} [>›»] ){2,6}[^>.!?\n]{1,80}")
"""The way from the start page to this one: Home > World > Europe."""
_FIGURE = re.compile(r"\(?[+\-−▲▼△▽$€£]?\d[\d,.]*%?\)?[▲▼△▽]?")
_MOVE = re.compile(r"[▲▼△▽]|[+\-−]\d|\d%")
_POINTER = re.compile(
    r"(?:(?<=[.!?…\"”’)]\s)(?:Read (?:also|more|next)|Also read|See also|RELATED|Related(?: story)?)"
    r"|\b(?:READ (?:ALSO|MORE|NEXT)|ALSO READ|SEE ALSO))\s?[:|][^\n]*?(?:[.!?][\"”’]?(?=\s)|$)",
    re.MULTILINE,
)
_REMAINS = re.compile(
    r"</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>\n]{0,300})?/?>|<!--[^\n]{0,300}?-->|&(?:[a-zA-Z]{2,8}|#\d{2,5});"
    r"|%[A-Z][A-Z0-9_]{2,40}%|\b[A-Z]+(?:_[A-Z0-9]+)+%|\[/?[a-z]+(?:_[a-z]+)+\]"
    r"|\[/?(?:gallery|caption|embed|video|audio|playlist)\b[^\]\n]{0,300}\]|\{\{[^{}\n]{0,100}\}\}"
)
"""What templates and HTML left behind."""
_RUN = re.compile(r"\S{200,}")


class NoiseFinder:
    """Knows the boilerplate and finds it in articles."""

    def __init__(self, file: Path = _BOILERPLATE) -> None:
        """Read the lines of ``file``.

        Raises:
            DataFileError: a line of it says nothing, or would match every line.
        """
        wanted: dict[str, list[str]] = {"whole": [], "label": [], "beginning": [], "anywhere": []}
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            entry = line.strip().casefold()
            if not entry or entry.startswith("#"):
                continue
            words = entry.strip("*: ")
            if not words:
                raise DataFileError(str(file), number, "words are missing before *")
            wanted[_kind(entry)].append(re.escape(words).replace(r"\*", r"[^\n]{1,30}"))
        labels = "|".join(sorted(wanted["label"], key=len, reverse=True))
        self._whole = re.compile(f"(?:{'|'.join([*wanted['whole'], *wanted['label']])})")
        self._beginning = re.compile(f"(?:{'|'.join(wanted['beginning'] or ['(?!)'])})(?!\\w)")
        self._anywhere = re.compile(f"\\b(?:{'|'.join(wanted['anywhere'] or ['(?!)'])})\\b")
        self._label = re.compile(rf"({labels or '(?!)'})(?:\s?[:|]|\s[-–—]\s|\s{{3}})")

    def find(self, article: Article) -> tuple[Span, ...]:
        """The noise in the text of ``article``, in order, none overlapping another."""
        text = article.text or ""
        seen = set(_titles(article.title)) if article.title else set()
        return tuple(Span(field="text", start=start, end=end) for start, end in self._find(text, seen))

    def _find(self, text: str, seen: set[str]) -> Iterator[tuple[int, int]]:
        announced = 0
        for line in _LINE.finditer(text):
            words = _REMAINS.sub(" ", line.group()).strip()
            if not words:
                yield from self._within(text, *line.span())
                continue
            plain = _plain(words)
            if self._is_alone(plain):
                announced = _HEADLINES
                yield line.span()
            elif plain in seen or self._is_noise(words, plain) or (announced and _is_headline(words)):
                announced = max(0, announced - 1)
                yield line.span()
            else:
                announced = 0
                if len(plain) >= _REPEATABLE:
                    seen.add(plain)
                yield from self._within(text, *line.span())

    def _is_alone(self, plain: str) -> bool:
        """Whether a label has the line for itself, so that headlines may follow."""
        return self._label.fullmatch(f"{plain}:") is not None

    def _is_noise(self, words: str, plain: str) -> bool:
        if len(words) > _LONG:
            return False
        return (
            self._beginning.match(plain) is not None
            or self._is_labelled(words)
            or (not _QUOTES.search(words) and self._anywhere.search(plain) is not None)
            or _CREDITED.search(words) is not None
            or _PAGE.search(words) is not None
            or _PATH.fullmatch(words) is not None
            or self._is_chrome(words)
            or _is_ticker(words)
        )

    def _is_labelled(self, words: str) -> bool:
        """Whether the line is a label and what it points to; a single word of a label takes no dash."""
        label = self._label.match(words.lstrip(_EDGES).casefold())
        return label is not None and (label[0][-1] in ":|" or " " in label[1])

    def _is_chrome(self, words: str) -> bool:
        """Whether every part of the line is one that pages put there."""
        parts = [part for part in _PARTS.split(words) if part.strip(_EDGES)]
        bylines = sum(_BYLINE.fullmatch(part) is not None for part in parts)
        if not parts or bylines == len(parts):
            return not parts
        return all(self._is_part(part.strip(_EDGES).casefold()) or _BYLINE.fullmatch(part) for part in parts)

    def _is_part(self, part: str) -> bool:
        return (
            self._whole.fullmatch(part) is not None
            or self._beginning.match(part) is not None
            or _CHROME.fullmatch(part) is not None
            or not part
        )

    def _within(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The noise within a line that is news."""
        found = [m.span() for pattern in (_POINTER, _IN_BRACKETS, _REMAINS) for m in pattern.finditer(text, start, end)]
        if self._is_labelled(text[start:end]) and (sentence := _SENTENCE.match(text, start, end)):
            found.append(sentence.span())
        last = start
        for begin, stop in sorted(found):
            if stop > last:
                yield max(begin, last), stop
                last = stop


def blanked(article: Article, noise: tuple[Span, ...]) -> Article:
    """``article`` with blanks in the place of its ``noise``, so that nothing reads it and no offset moves."""
    text = article.text
    if not text or not noise:
        return article
    kept, at = [], 0
    for span in noise:
        kept += [text[at : span.start], " " * (span.end - span.start)]
        at = span.end
    return replace(article, text="".join([*kept, text[at:]]))


def without_runs(text: str) -> str:
    """English ``text`` with blanks in the place of what is far too long for a word.

    Cutting such a run into tokens takes time that grows with the square of its length: minutes for a page of signs.
    """
    return _RUN.sub(lambda run: " " * len(run[0]), text)


def verbatim(statement: Statement, article: Article) -> Statement:
    """``statement``, read from the blanked ``article``, with the words of the article itself at all its spans."""

    def words(spans: tuple[Span, ...]) -> str | None:
        return " ".join(article.field(span.field)[span.start : span.end] for span in spans) or None

    return replace(
        statement,
        target=words(statement.spans.target),
        condition=words(statement.spans.condition),
        consequence=words(statement.spans.consequence),
        quote=words(statement.spans.quote),
        evidence=tuple(
            replace(item, text=article.field(item.field)[item.start : item.end]) for item in statement.evidence
        ),
    )


def _kind(entry: str) -> str:
    if entry.startswith("*"):
        return "anywhere"
    if entry.endswith("*"):
        return "beginning"
    return "label" if entry.endswith(":") else "whole"


def _plain(line: str) -> str:
    return " ".join(line.split()).strip(_EDGES).casefold()


def _titles(title: str) -> Iterator[str]:
    """The title, and without the publisher's name after it where enough is left."""
    yield _plain(title)
    for separator in (" | ", " - ", " – ", " — "):
        headline = _plain(title.rpartition(separator)[0])
        if len(headline) >= _REPEATABLE:
            yield headline


def _is_headline(words: str) -> bool:
    return not _STOPPED.search(words) and len(words.split()) <= _HEADLINE_WORDS


def _is_ticker(words: str) -> bool:
    """Whether the line is names and figures, some of which say how they moved."""
    moves = len(_MOVE.findall(words))
    if not moves or words.endswith((".", "?", "!")):
        return False
    tokens = [token for token in words.split() if token not in "|•·-–—▲▼△▽"]
    figures = sum(_FIGURE.fullmatch(token) is not None for token in tokens)
    prose = sum(token.islower() for token in tokens)
    return figures >= 2 and 3 * figures >= len(tokens) and prose < moves
