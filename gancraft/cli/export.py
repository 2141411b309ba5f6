"""`gancraft export`: a trained model for other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gancraft.cli.common import AsJson, Debug, NoPlugin, PluginsDir
from gancraft.cli.errors import handled
from gancraft.cli.sample import ModelPath
from gancraft.errors import UsageError

if TYPE_CHECKING:
    from gancraft.latent.export import Exported

HELP = (
    "Write a trained MODEL for other programs: as ONNX, which runs without gancraft and PyTorch; or as a safetensors file of "
    "half the size.\n\n"
    "The ending of FILE decides: .onnx or .safetensors. With onnxruntime installed the pictures are compared."
)
ONNX, TENSORS = ".onnx", ".safetensors"


@handled
def command(
    model: ModelPath,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="File to write; without it a new one in this folder.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="The same, as other commands have it.")
    ] = None,
    onnx: Annotated[bool, typer.Option("--onnx", help="Write ONNX, as is usual.")] = False,
    half: Annotated[
        bool, typer.Option("--half", help="Weights of 16 bits: half the size, rounded to three digits.")
    ] = False,
    batch: Annotated[
        str, typer.Option(metavar="N", help="Pictures at a time: a number, or dynamic for any number.")
    ] = "dynamic",
    truncation: Annotated[
        bool, typer.Option("--truncation/--no-truncation", help="Whether truncation is an input of the graph.")
    ] = True,
    opset: Annotated[
        int | None, typer.Option(min=18, max=30, help="Version of ONNX's operators; without it the exporter's own.")
    ] = None,
    plugins_dir: PluginsDir = None,
    no_plugin: NoPlugin = None,
    as_json: AsJson = False,
    debug: Debug = False,
) -> None:
    from gancraft.cli.inputs import free, keep_inputs
    from gancraft.latent.export import export_half, export_onnx
    from gancraft.latent.export_painter import export_painter
    from gancraft.latent.source import find_model
    from gancraft.models import load_model
    from gancraft.models.painters import StyleModel, load_style_model
    from gancraft.pictures._files import check_target
    from gancraft.plugins import plugins_from_environment
    from gancraft.trained.header import read_model
    from gancraft.trained.info import TRAINER

    if file is not None and output is not None:
        raise UsageError(f"{file} and -o {output}: name one file")
    many = _batch(batch)
    plugins = plugins_from_environment(dirs=plugins_dir or [], block=no_plugin or [])
    source = find_model(model, plugins)
    paints = read_model(source.file).info.kind == TRAINER
    loaded = load_style_model(source.file, plugins) if paints else load_model(source.file, plugins)
    target = file or output or free(Path(source.stem + ONNX), set(), on_disk=True)
    ending = target.suffix.lower()
    if ending not in (ONNX, TENSORS) or (onnx and ending != ONNX):
        raise UsageError(f"{target}: name a {ONNX} file" + ("" if onnx else f", or a {TENSORS} file with --half"))
    if ending == TENSORS and not half:
        raise UsageError(f"{target}: {source.name} is safetensors already; --half writes it with half the size")
    keep_inputs(target, [str(source.file)])
    check_target(target)
    if ending == TENSORS:
        result = export_half(loaded, target)
    elif isinstance(loaded, StyleModel):
        result = export_painter(loaded, target, batch=many, half=half, opset=opset)
    else:
        result = export_onnx(loaded, target, batch=many, truncation=truncation, half=half, opset=opset)
    _tell(result, as_json)


def _batch(text: str) -> int:
    """0 for any number."""
    if text == "dynamic":
        return 0
    if not (text.isascii() and text.isdecimal() and 1 <= int(text[:9]) <= 65536 and len(text) < 9):
        raise UsageError(f"--batch {text}: give a number of pictures from 1 to 65536, or dynamic")
    return int(text)


def _tell(result: Exported, as_json: bool) -> None:
    """Where it is on stdout, what it is on stderr."""
    if as_json:
        facts = {"inputs": dict(result.inputs), "opset": result.opset, "difference": result.difference}
        print(json.dumps({"path": str(result.path), "bytes": result.size, **(facts if result.inputs else {})}))
        return
    lines = [f"{name}: {meaning}" for name, meaning in result.inputs.items()]
    if result.inputs:
        compared = "not compared with gancraft's pictures: onnxruntime isn't installed"
        if result.difference is not None:
            compared = f"largest difference of a pixel to gancraft's pictures: {result.difference:.1g} of 1"
        lines += [f"opset {result.opset}, {result.size / 1e6:.1f} MB; {compared}"]
    else:
        lines += [f"{result.size / 1e6:.1f} MB"]
    for line in lines:
        typer.echo(line, err=True)
    print(result.path)
