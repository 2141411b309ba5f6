"""Below the method: which one gancraft would choose for the pictures given, and why."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from html import escape
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import gradio as gr

from gancraft.interfaces import DataShape
from gancraft.pictures.dataset import DataSample, survey
from gancraft.plugins import Plugins
from gancraft.training.suits import Given, Pick, pick
from gancraft.web import gpu

LABEL = "Choose it"


def advised(
    plugins: Plugins, files: Sequence[str] | None, sample: DataSample | None, side: float, labels: bool = False
) -> Pick | None:
    """For pictures of the visitor's own, or a bundled set, brought to `side` pixels; None where there are none. labels:
    whether folders are taken as classes."""
    if not files and sample is None:
        return None
    if files:
        count, shape = _count(files), DataShape(3, int(side), int(side))
    else:
        assert sample is not None
        count, shape = _surveyed(sample.source)
        shape = shape if shape.height == 1 else DataShape(3, int(side), int(side))
    return pick(plugins, Given(count, shape, "gpu" if gpu.zero_gpu() or _has_gpu() else "cpu", bool(labels)))


def advice(found: Pick | None, method: str) -> tuple[str, gr.Button]:
    """What the line says, and whether there is something to choose."""
    if found is None:
        return "", gr.Button(visible=False)
    if found.method == method:
        said = f"It suits {escape(str(found.given))}: {escape(found.why)}."
    else:
        said = (
            f"For {escape(str(found.given))} gancraft would choose <b>{escape(found.method)}</b>: {escape(found.why)}."
        )
    return f'<p class="gc-says">{said}</p>', gr.Button(visible=found.method != method)


def _count(files: Sequence[str]) -> int:
    """Pictures, by the names in an archive; what can't be read says so when it is trained on."""
    total = 0
    for file in map(Path, files):
        if file.suffix.lower() == ".zip":
            try:
                with ZipFile(file) as archive:
                    total += sum(not name.endswith("/") for name in archive.namelist())
            except (OSError, BadZipFile):
                continue
        else:
            total += 1
    return total


@cache
def _surveyed(source: str) -> tuple[int, DataShape]:
    return survey(source)


def _has_gpu() -> bool:
    if "torch" not in sys.modules:  # while the page is built, which must be quick: a driver is a good sign
        return any(Path(driver).exists() for driver in ("/proc/driver/nvidia/version", "/dev/kfd"))
    from gancraft.compute import choose

    return choose("auto", "float32").device.type != "cpu"
