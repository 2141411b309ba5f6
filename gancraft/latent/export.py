"""A trained model for other programs: an ONNX file, or a safetensors file of half the size.

Shape suffixes: N = pictures, L = latent size, C = channels, H, W = height, width.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError, UsageError
from gancraft.latent.drawing import check_pictures
from gancraft.latent.export_graph import LABELS, LATENTS, PICTURES, TRUNCATION, Graph, can_truncate, traced
from gancraft.models import Model, ModelInfo, save_model
from gancraft.models.painters import StyleModel
from gancraft.pictures._files import write_safely

FULL, HALF = 1e-3, 0.05  # differences of a pixel, of 1, beyond which a file is wrong
_TRIED = ((1, 1.0), (3, 0.7))  # pictures and truncation
_INSTALL = "pip install 'gancraft[onnx]'"
_TOLD = ("method", "pictures", "verdict", "licence")  # of training; the rest may tell about a person's disk


@dataclass(frozen=True)
class Exported:
    """What was written. inputs: what each means; difference: the largest in any pixel between onnxruntime's pictures and
    gancraft's, of 1; None where onnxruntime isn't installed. size: in bytes."""

    path: Path
    inputs: Mapping[str, str]
    opset: int
    size: int
    difference: float | None


def export_onnx(
    model: Model,
    path: Path,
    *,
    batch: int = 0,
    truncation: bool = True,
    half: bool = False,
    opset: int | None = None,
) -> Exported:
    """Write the generator as an ONNX file that makes pictures as `gancraft sample` does.

    Inputs: `latents` (N x L float32), `labels` (N int64) for a model that has classes, and `truncation` (one float32 for all)
    unless it is left out, or the generator truncates in a way of its own. Output: `pictures`, NCHW float32 in [0, 1]. The
    metadata `gancraft` holds JSON that says what it is. batch: pictures at a time; 0: any number. half: weights in float16.
    opset: of ONNX; None: the exporter's own. With onnxruntime the pictures are compared, before anything is written.

    Raises UsageError where onnx isn't installed and for a model of points, GancraftError for a network that can't be exported
    or whose pictures come out different.
    """
    check_pictures(model)
    check_installed()
    graph = Graph(model, truncation and can_truncate(model.generator), half)
    made: Any = traced(graph, batch, opset)
    meanings = _meanings(model, graph, batch)
    tried = [graph.example(batch or n, amount) for n, amount in _TRIED]
    return written(path, made, graph, tried, (model.info, model.fingerprint), meanings, half)


def written(
    path: Path,
    made: Any,
    graph: nn.Module,
    tried: Sequence[Mapping[str, Tensor]],
    what: tuple[ModelInfo, str],
    meanings: Mapping[str, str],
    half: bool,
) -> Exported:
    """Write a graph with its description, if onnxruntime makes the same of the inputs that are tried. what: the model's
    description and fingerprint."""
    info, fingerprint = what
    told = {name: info.training[name] for name in _TOLD if name in info.training}
    described = {**asdict(info), "training": told, "fingerprint": fingerprint}
    facts = {"version": _version(), "model": described, "inputs": meanings, "half": half}
    made.producer_name, made.producer_version = "gancraft", _version()
    made.doc_string = "\n".join(f"{name}: {meaning}" for name, meaning in meanings.items())
    made.metadata_props.add(key="gancraft", value=json.dumps(facts))
    data = made.SerializeToString()
    difference = _difference(data, graph, tried)
    if difference is not None and not difference <= (HALF if half else FULL):
        raise GancraftError(
            f"{path} wasn't written: onnxruntime's pictures differ from gancraft's by up to {difference:.2g} of 1; "
            + ("try without --half" if half else "the network does something that ONNX does differently")
        )
    write_safely(path, data)
    number = next(entry.version for entry in made.opset_import if entry.domain == "")
    return Exported(path, meanings, number, len(data), difference)


def export_half(model: Model | StyleModel, path: Path) -> Exported:
    """Write the model again, with its weights in float16: half the size, for gancraft. Raises GancraftError for weights
    beyond its range, OSError where it can't be written."""
    network = model.network if isinstance(model, StyleModel) else model.generator
    save_model(path, network, model.info, half=True)
    return Exported(path, {}, 0, path.stat().st_size, None)


def check_installed() -> None:
    """Raises UsageError without what exporting needs."""
    try:
        import onnx  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise UsageError(f"--onnx needs the packages onnx and onnxscript: {_INSTALL}") from error


def _difference(data: bytes, graph: nn.Module, tried: Sequence[Mapping[str, Tensor]]) -> float | None:
    """Between onnxruntime's pictures and the graph's own; infinite for what isn't a number."""
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3  # its warnings are about what it optimises
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    most = 0.0
    for inputs in tried:
        theirs_NCHW = session.run([PICTURES], {name: value.numpy() for name, value in inputs.items()})[0]
        with torch.no_grad():
            ours_NCHW = graph(**inputs).numpy()
        most = max(most, float(np.nan_to_num(np.abs(theirs_NCHW - ours_NCHW), nan=np.inf).max()))
    return most


def _meanings(model: Model, graph: Graph, batch: int) -> dict[str, str]:
    """What inputs and output mean, for people."""
    shape, rows = model.info.shape, str(batch) if batch else "N"
    z_NL = graph.example(256)[LATENTS]
    lengths_N = z_NL.norm(dim=1)
    mean = round(float(z_NL.mean()), 1) + 0.0  # + 0.0: no -0.0
    kind = f"random numbers with mean {mean} and deviation {float(z_NL.std()):.2f}"
    if float(lengths_N.std()) < 1e-3 * float(lengths_N.mean()):
        kind = f"random points at distance {float(lengths_N.mean()):.2f} from the origin"
    meanings = {LATENTS: f"{rows} x {z_NL.shape[1]} float32, {kind}"}
    if shape.classes:
        names = f": {', '.join(model.info.classes)}" if model.info.classes else ""
        meanings[LABELS] = f"{rows} int64, classes 0 to {shape.classes - 1}{names}"
    if graph.truncation:
        meanings[TRUNCATION] = "one float32 for all; 1 changes nothing, below 1 more typical pictures, less variety"
    channels = {1: "grey", 3: "RGB", 4: "RGB and alpha, not premultiplied"}.get(shape.channels, "channels")
    meanings[PICTURES] = f"{rows} x {shape.channels} x {shape.height} x {shape.width} float32 in [0, 1], {channels}"
    return meanings


def _version() -> str:
    from gancraft import __version__

    return __version__
