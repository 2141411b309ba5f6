"""What a captured step can't do, and others can: make tensors of Python's numbers, which are copied from the CPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from gancraft.testing.core import Broken

COPIES = {torch.tensor, torch.as_tensor, torch.asarray, torch.from_numpy}


class NoCopies(TorchFunctionMode):
    """While it is entered, making a tensor of numbers raises Broken."""

    def __torch_function__(
        self, func: Any, types: Sequence[type], args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        if func in COPIES and not isinstance(args[0] if args else None, torch.Tensor):
            raise Broken(
                f"it calls {func.__name__}(…) at every step, which copies from the CPU: on a GPU, steps are captured, and "
                "can't. Make the tensor once (a buffer, or in target()), or write the numbers into the arithmetic."
            )
        return func(*args, **(kwargs or {}))
