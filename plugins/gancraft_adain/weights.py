"""The files of trained decoders: .safetensors in half precision, with a header that says what they are."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor, nn

from gancraft import GancraftError
from gancraft_adain.networks import AdainNetwork, AttentionNetwork

NETWORKS: dict[str, type[AdainNetwork]] = {"adain": AdainNetwork, "attention": AttentionNetwork}
FOLDER = Path(__file__).parent


def trained(network: nn.Module) -> dict[str, Tensor]:
    """Of a network, what was trained: all but the encoder, which has a file of its own."""
    return {name: value for name, value in network.state_dict().items() if not name.startswith("encoder.")}


def load(name: str, file: Path | None = None) -> AdainNetwork:
    """A network with its trained weights, in float32. Raises GancraftError where the file can't be used."""
    file = file or FOLDER / f"{name}.safetensors"
    network = NETWORKS[name]()
    try:
        state = {key: value.float() for key, value in load_file(str(file)).items()}
        if state.keys() != trained(network).keys():
            raise KeyError("its tensors are those of another network")
        network.load_state_dict(state, strict=False)
        with safe_open(str(file), "pt") as archive:
            header = json.loads((archive.metadata() or {})["gancraft"])
        if header["encoder"] != network.encoder.fingerprint:
            raise ValueError("they were trained for another encoder")
    except (OSError, SafetensorError, KeyError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise GancraftError(
            f"{file}: the decoder's weights can't be read ({reason}); install gancraft again"
        ) from error
    return network.requires_grad_(False).eval()
