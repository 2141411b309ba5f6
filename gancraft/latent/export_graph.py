"""A trained generator as one ONNX graph: from latents to pictures as gancraft gives them.

Shape suffixes: N = pictures, L = latent size, K = styles of a picture, S = style size, M = classes or 1, C = channels, H, W =
height, width.
"""

from __future__ import annotations

import copy
import warnings
from typing import Any

import torch
from torch import Tensor, nn

from gancraft.errors import GancraftError
from gancraft.models import BatchRandom, Generator, Model, StyledGenerator
from gancraft.plugins.catalogue import one_line

LATENTS, LABELS, TRUNCATION, PICTURES = "latents", "labels", "truncation", "pictures"


class Graph(nn.Module):
    """What is exported: `forward` has the inputs of the ONNX file, by their names there."""

    middle_MKS: Tensor

    def __init__(self, model: Model, truncation: bool, half: bool):
        """truncation: whether it is an input. half: compute in float16; inputs and pictures stay float32."""
        super().__init__()
        self.generator = copy.deepcopy(model.generator).cpu().eval()
        self.classes, self.truncation = model.info.shape.classes, truncation
        self.styled = isinstance(model.generator, StyledGenerator)
        if isinstance(self.generator, StyledGenerator) and truncation:
            labels_M = torch.arange(self.classes) if self.classes else None
            self.register_buffer("middle_MKS", self.generator.middle(labels_M).clone())
        self.dtype = torch.float16 if half else torch.float32
        self.to(self.dtype)

    def forward(self, latents: Tensor, labels: Tensor | None = None, truncation: Tensor | None = None) -> Tensor:
        """latents: NL float32; labels: N int64, of a model that has classes; truncation: one float32 for all. Pictures NCHW
        float32 in [0, 1]."""
        generator: Any = self.generator
        amount = None if truncation is None else truncation.to(self.dtype)
        z_NL = latents.to(self.dtype)
        if self.styled:
            w_NKS = generator.styles(z_NL, labels)
            if amount is not None:
                middle_NKS = self.middle_MKS if labels is None else self.middle_MKS[labels]
                w_NKS = middle_NKS + amount * (w_NKS - middle_NKS)
            made = generator.draw(w_NKS)
        else:
            made = generator(z_NL if amount is None else generator.truncated(z_NL, amount), labels)
        return ((generator.picture(made).float() + 1) / 2).clamp(0, 1)

    def example(self, n: int, truncation: float = 1.0) -> dict[str, Tensor]:
        """Inputs by name: n pictures of random numbers that are always the same."""
        random = BatchRandom("cpu", torch.Generator().manual_seed(n))
        inputs = {LATENTS: self.generator.latent(random, n)}
        if self.classes:
            inputs[LABELS] = torch.arange(n) % self.classes
        if self.truncation:
            inputs[TRUNCATION] = torch.tensor(truncation)
        return inputs


def can_truncate(generator: Generator) -> bool:
    """Whether truncation can be an input: not where a plugin samples in a way of its own, which a graph may not follow."""
    return type(generator).sampled in (Generator.sampled, StyledGenerator.sampled)


def traced(graph: Graph, batch: int, opset: int | None) -> Any:
    """The graph as an `onnx.ModelProto`. batch: pictures at a time; 0: any number. Raises GancraftError where the network
    does what ONNX has no words for."""
    inputs = graph.example(batch or 2)
    several = torch.export.Dim("pictures", min=1, max=1 << 20)
    shapes = {name: {0: several} if not batch and value.ndim else {} for name, value in inputs.items()}
    made = as_onnx(graph, inputs, shapes, opset)
    # A network that asks for the number of pictures as a Python number (`len`) keeps that of the example.
    if not batch and not made.graph.input[0].type.tensor_type.shape.dim[0].dim_param:
        raise GancraftError("this network can't be exported for any number of pictures; fix one, as in --batch 1")
    return made


def as_onnx(graph: nn.Module, inputs: dict[str, Tensor], shapes: dict[str, Any], opset: int | None) -> Any:
    """Any module that makes pictures as an `onnx.ModelProto`. inputs: an example, by name; shapes: which of their sizes are
    free. Raises GancraftError as `traced` does."""
    try:
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the exporter's own dealings
            program = torch.onnx.export(
                graph,
                (),
                kwargs=inputs,
                input_names=list(inputs),
                output_names=[PICTURES],
                dynamic_shapes=shapes,
                opset_version=opset,
                dynamo=True,
                verbose=False,
            )
            assert program is not None
            made = program.model_proto
    except Exception as error:  # as many kinds as there are steps in the exporter, and networks are anybody's
        raise GancraftError(f"this network can't be exported: {one_line(error)[:300]}") from error
    return made
