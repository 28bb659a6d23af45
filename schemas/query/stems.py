"""Light stemming, chosen by the script of a word's last letter: plural s in Latin, endings of cases in Cyrillic.

Latin: Harman's s-stemmer. Cyrillic: the longest of a list of Russian and Ukrainian endings of nouns and adjectives,
then a soft sign or a doubled н. Both expect folded words (so й is и, ё is е and ї is і) and leave all others alone.
"""

from __future__ import annotations

_LATIN_SHORTEST = 3
_CYRILLIC_LEFT = 3
# By length, so that the longest comes off.
_CYRILLIC_ENDINGS = tuple(
    tuple(endings.split())
    for endings in (
        "иями оями",
        "иям иях оях ями оям ами его ему ими ого ому ыми оев иею ові",
        "ая яя ях юю ах ею их ия ию ие ии ою ую ям ых ея ам ем еи ев им ое ои ом ов ые ыи ым ью ів ію ія іі єю єм іх",
        "а е и о у ы я ю ь і є",
    )
)


def stem(word: str) -> str:
    """``word`` (folded) without a light ending of its script."""
    last = word[-1:]
    if last == "s":
        return _latin(word)
    if "Ѐ" <= last <= "ӿ":
        return _cyrillic(word)
    return word


def _latin(word: str) -> str:
    if len(word) < _LATIN_SHORTEST or word[-2] in "us":
        return word
    if word[-2] == "e" and len(word) > _LATIN_SHORTEST:
        if word[-3] == "i" and word[-4] not in "ae":
            return f"{word[:-3]}y"
        if word[-3] in "iaoe":
            return word
    return word[:-1]


def _cyrillic(word: str) -> str:
    for endings in _CYRILLIC_ENDINGS:
        size = len(endings[0])
        if len(word) >= size + _CYRILLIC_LEFT and word.endswith(endings):
            word = word[:-size]
            break
    if len(word) > _CYRILLIC_LEFT and (word.endswith("ь") or word.endswith("нн")):
        return word[:-1]
    return word
