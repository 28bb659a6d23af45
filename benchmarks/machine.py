"""What a figure was measured on: processor, cores, threads and matrix kernel."""

from __future__ import annotations

import os
from pathlib import Path


def describe() -> str:
    """One line on the processor, the cores that this process may use, and the numeric thread settings."""
    model = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.partition(":")[2].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "unset")
    return f"{model}, {len(os.sched_getaffinity(0))} cores, OPENBLAS_NUM_THREADS={threads}, kernel {_kernel()}"


def _kernel() -> str:
    from numpy import show_config

    config = show_config(mode="dicts")
    blas = config.get("Build Dependencies", {}).get("blas", {}) if isinstance(config, dict) else {}
    return f"numpy {blas.get('name', 'unknown')} {blas.get('version', '')}".strip()
