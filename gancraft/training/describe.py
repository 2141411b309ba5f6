"""run.json: everything that is needed to repeat a run, and what it ran on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from gancraft.compute import Compute
from gancraft.pictures.dataset import PictureSet
from gancraft.training.choice import TrainChoice
from gancraft.training.session import Session
from gancraft.training.transfer_weights import Begun


def description(
    choice: TrainChoice,
    source: str,
    data: PictureSet,
    held_out: int,
    session: Session,
    compute: Compute,
    command: str,
    before: dict[str, Any] | None,
    begun: Begun | None = None,
) -> dict[str, Any]:
    """Plain values. before: what the folder said, of a run that goes on; begun: with another model's weights."""
    from gancraft import __version__

    plugin = choice.method.plugin
    shape = data.shape
    return {
        "gancraft": __version__,
        "method": choice.method.name,
        "plugin": {"name": plugin.name, "distribution": plugin.distribution, "version": plugin.version},
        **choice.noted(),
        "parts": {role: entry.name for role, entry in choice.roles.items()},
        "data": {
            "source": str(Path(source).absolute())
            if Path(source).exists()
            else source,  # a resume may come from elsewhere
            "pictures": len(data),
            "held_out": held_out,
            "shape": {n: getattr(shape, n) for n in ("channels", "height", "width", "classes")},
            "fingerprint": data.fingerprint,
            "notes": list(data.notes),
        },
        "options": choice.to_dict(),
        "curves": dict(session.trainable.curves()),
        "parameters": {name: sum(p.numel() for p in net.parameters()) for name, net in session.networks.items()},
        "machine": {
            "device": compute.name,
            "torch": torch.__version__,
            "precision": str(compute.dtype).removeprefix("torch."),
            "launch": compute.launch,
        },
        "from": begun.facts if begun is not None else before.get("from") if before is not None else None,
        "command": command,
        "resumes": before.get("resumes", []) if before is not None else [],
    }
