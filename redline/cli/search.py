"""``redline search``, ``statements``, ``claims`` and ``alerts``: what is stored, found with the query language."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from redline.cli.app import App, Time, examples, json_option, pass_app
from redline.queries import facet_value, since_query
from schemas.protocols import Page, Sort
from schemas.query.parse import parse
from schemas.records import encode

F = TypeVar("F", bound=Callable[..., Any])

LANGUAGE = """QUERY: words side by side must all occur; "a phrase"; "near words"~5; OR; -without; word*; side:Russia,
target_side:NATO, speaker:putin, entity:UA, topic:sanctions, kind:threat, lang:fr, source:"Daily Post",
published:[now-7d TO now], has:quote."""


def search_options(function: F) -> F:
    """The argument QUERY and the options that all four commands share."""
    for decorate in (
        click.argument("query", required=False),
        click.option(
            "--sort",
            type=click.Choice(["new", "best"]),
            default="new",
            show_default=True,
            help="Newest first (by when it was first seen), or best match first.",
        ),
        click.option(
            "--since", type=Time(), help="Only what was first seen since: 2026-11-01, 2026-11-01T08:00:00Z, now-7d."
        ),
        click.option(
            "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="At most so many records."
        ),
        click.option("--after", metavar="CURSOR", help="Go on after the page that gave this cursor."),
        click.option(
            "--facet",
            "facets",
            metavar="FIELD",
            multiple=True,
            help="Also count the values of this field, such as side or source (--json: as one line more, the last). "
            "May be repeated.",
        ),
        json_option,
    ):
        function = decorate(function)
    return function


@click.command(
    epilog=examples(
        """redline search '"legitimate targets" -sport'""", "redline search --since now-1d lang:ru", then=LANGUAGE
    )
)
@search_options
@pass_app
def search(app: App, /, **options: Any) -> None:
    """Search the articles. Without QUERY: all of them."""
    _search(app, "articles", **options)


@click.command(
    epilog=examples(
        "redline statements side:Russia has:quote", "redline statements kind:ultimatum --json", then=LANGUAGE
    )
)
@search_options
@pass_app
def statements(app: App, /, **options: Any) -> None:
    """Search the statements: who warned whom. Without QUERY: all of them."""
    _search(app, "statements", **options)


@click.command(
    epilog=examples(
        "redline claims target_side:NATO", "redline claims 'sightings:[3 TO *]' --facet side", then=LANGUAGE
    )
)
@search_options
@pass_app
def claims(app: App, /, **options: Any) -> None:
    """Search the claims: what one side said once. Without QUERY: all of them."""
    _search(app, "claims", **options)


@click.command(epilog=examples("redline alerts state:new --since now-1h", "redline alerts --json"))
@search_options
@pass_app
def alerts(app: App, /, **options: Any) -> None:
    """List the alerts. With QUERY: those of a state, watch, claim, story or article."""
    _search(app, "alerts", **options)


def _search(
    app: App,
    index_name: str,
    *,
    query: str | None,
    sort: Sort,
    since: str | None,
    limit: int,
    after: str | None,
    facets: Sequence[str],
    as_json: bool,
) -> None:
    parsed = None if query is None else parse(query, index_name)
    if since is not None or parsed is None:
        parsed = since_query(parsed, since or "*", index_name)
    with app.index() as index:
        try:
            page = app.insist(
                lambda: index.search(index_name, parsed, sort=sort, limit=limit, after=after, facets=facets)
            )
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        if as_json:
            _print_json(page)
        else:
            from redline.cli.show import show_page

            show_page(page, parsed, index)
    if page.after:
        click.echo(f"More: --after {page.after}", err=True)


def _print_json(page: Page) -> None:
    """The records, one a line; then the facets, where they were asked for, as one line more."""
    for record in page.records:
        sys.stdout.buffer.write(encode(record) + b"\n")
    if page.facets:
        import json

        facets = {
            field: {facet_value(value): count for value, count in counts.items()}
            for field, counts in page.facets.items()
        }
        click.echo(json.dumps({"facets": facets}, ensure_ascii=False))
    sys.stdout.flush()
