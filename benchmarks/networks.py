"""Networks for timing: torchvision's with random weights, since time doesn't depend on them and nothing is downloaded."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import torch

from gancraft import PerceptualOptions, SequentialNetwork


def network(name: str) -> SequentialNetwork:
    """`embedded`, or a torchvision network with random weights (seed 0) through gancraft's own loading code."""
    if name == "embedded":
        from gancraft_embedded.network import Embedded

        return Embedded(PerceptualOptions())
    from torchvision import models

    torch.manual_seed(0)
    weights = models.get_model_weights(name).IMAGENET1K_V1
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Path(folder) / "hub" / "checkpoints"
        checkpoints.mkdir(parents=True)
        model = models.get_model(name, weights=None)
        state = {k: v for k, v in model.state_dict().items() if k.startswith("features.")}
        torch.save(state, checkpoints / weights.url.rsplit("/", 1)[-1])
        before = os.environ.get("TORCH_HOME")
        os.environ["TORCH_HOME"] = folder
        try:
            from gancraft_torchvision import networks

            return getattr(networks, name)(PerceptualOptions())
        finally:
            if before is None:
                del os.environ["TORCH_HOME"]
            else:
                os.environ["TORCH_HOME"] = before


def flops(net: SequentialNetwork, layers: list[str], width: int, height: int) -> float:
    """Floating-point operations of one iteration's convolutions: forward, and backward to the pixels."""
    total = 0.0

    def count(module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        nonlocal total
        assert isinstance(module, torch.nn.Conv2d)
        per_output = module.in_channels // module.groups * module.kernel_size[0] * module.kernel_size[1]
        total += 2.0 * output.numel() * per_output

    hooks = [m.register_forward_hook(count) for m in net.modules() if isinstance(m, torch.nn.Conv2d)]
    parameter = next(net.parameters())
    with torch.no_grad():
        net(torch.zeros(1, 3, height, width, device=parameter.device), layers)
    for hook in hooks:
        hook.remove()
    return 2 * total
