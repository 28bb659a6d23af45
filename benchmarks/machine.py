"""What a figure was measured on, and how its spread is told."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Sequence
from pathlib import Path

from pipelines.reading.settings import ReadingSettings


def describe() -> str:
    """One line on the processor, the cores that this process may use, its load, and Python."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f"load {os.getloadavg()[0]:.1f}"
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {load}, Python {platform.python_version()}"


def percentiles(values: Sequence[float]) -> str:
    """The 50th and the 95th percentile of ``values``, such as ``3.1 / 20``."""
    ranked = statistics.quantiles(values, n=20, method="inclusive") if len(values) > 1 else [values[0]] * 19
    return f"{ranked[9]:.3g} / {ranked[18]:.3g}"


def kernel(settings: ReadingSettings) -> str:
    """One line on the numeric threads, and the matrix kernel that a reader of ``settings`` chooses on this machine."""
    from pipelines.reading.models import load_model

    models = [model for _, part in load_model(settings).pipeline if (model := getattr(part, "model", None))]
    name = "BLIS" if any(layer.ops.use_blis for model in models for layer in model.walk()) else "numpy"
    return f"OPENBLAS_NUM_THREADS={os.environ.get('OPENBLAS_NUM_THREADS', 'unset')}, matrix kernel {name}"
