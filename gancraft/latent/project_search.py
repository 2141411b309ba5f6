"""The optimiser of a projection: many starts, the best of which go on, until one is left.

Shape suffixes: N = pictures, V = coordinates of a code (of any shape), C = channels, H, W = height, width.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from gancraft.errors import GancraftError
from gancraft.latent.codes import Codes
from gancraft.latent.project_loss import Distance
from gancraft.latent.project_options import ProjectOptions
from gancraft.latent.project_space import CodeSpace

RAMP_UP, RAMP_DOWN, NOISE_UNTIL = 0.05, 0.25, 0.75  # shares of the steps (Karras et al. 2020, appendix D)
CALM = 0.5  # share of the steps after which one candidate is left
_CLASSES = 64  # whose middles are tried; of more, random latents try the others
_PIXELS = 1 << 15  # that are drawn at a time, so that a run can be followed and stopped


@dataclass
class Candidate:
    """One code on its way: coordinates V that learn, its class, and its loss with its parts as they were last."""

    v_V: Tensor
    label: int | None
    values: dict[str, float]

    @property
    def loss(self) -> float:
        """For comparing: infinite where it is no number."""
        return self.values["loss"] if math.isfinite(self.values["loss"]) else math.inf


class Search:
    """Codes that come nearer and nearer to a photo: `starts`, `begin`, then `step` by step."""

    def __init__(self, space: CodeSpace, distance: Distance, options: ProjectOptions, label: int | None):
        self.space, self.distance, self.options, self.label = space, distance, options, label
        shape = space.generator.shape
        self.chunk = max(1, _PIXELS // (shape.height * shape.width))
        self.random = torch.Generator().manual_seed(options.seed)
        self.candidates: list[Candidate] = []
        self.seen: Candidate | None = None  # the best one so far
        self.optimiser: torch.optim.Optimizer | None = None

    @property
    def best(self) -> Candidate:
        """The best of those that are left."""
        return min(self.candidates, key=_loss)

    def codes(self, candidate: Candidate) -> Codes:
        """To be kept."""
        return self.space.codes(candidate.v_V[None], self._labels([candidate.label]))

    @torch.no_grad()
    def starts(self) -> Iterator[None]:
        """Try the middle, and random latents; keep the best as candidates. Yields after each chunk. Raises GancraftError
        where a model makes no numbers."""
        each = bool(self.space.classes) and self.label is None  # without a wish all classes are tried
        middles = list(range(min(self.space.classes, _CLASSES))) if each else [self.label]
        tries = range(self.options.tries if self.options.start == "best" else 0)
        randoms = [number % self.space.classes for number in tries] if each else [self.label for _ in tries]
        for first in range(0, len(middles), self.chunk):
            part = middles[first : first + self.chunk]
            self._try(self.space.middle(self._labels(part), len(part)), part)
            yield
        for first in range(0, len(randoms), self.chunk):
            part = randoms[first : first + self.chunk]
            self._try(self.space.random(self.options.seed, first, self._labels(part), len(part)), part)
            yield

    def found(self) -> Candidate:
        """The best there is or was, its loss measured without noise."""
        here = (self.best,) if self.seen is None else (self.best, self.seen)
        return min((self._measured(candidate) for candidate in here), key=_loss)

    @torch.no_grad()
    def _measured(self, candidate: Candidate) -> Candidate:
        v_1V = candidate.v_V.detach()[None]
        values = _row(self._loss(v_1V, v_1V, self._labels([candidate.label]))[1], 0)
        return Candidate(v_1V[0].clone(), candidate.label, values)

    def begin(self) -> None:
        """The candidates start to learn."""
        for candidate in self.candidates:
            candidate.v_V.requires_grad_(True)
        self.optimiser = torch.optim.Adam([candidate.v_V for candidate in self.candidates], betas=(0.9, 0.999))

    def step(self, number: int) -> Iterator[None]:
        """Step `number`, from 0: yields after each chunk of candidates."""
        assert self.optimiser is not None
        share = number / self.options.steps
        self._leave(share)
        self.optimiser.zero_grad()
        for first in range(0, len(self.candidates), self.chunk):
            part = self.candidates[first : first + self.chunk]
            labels_N = self._labels([candidate.label for candidate in part])
            v_NV = torch.stack([candidate.v_V for candidate in part])
            loss_N, parts = self._loss(v_NV, v_NV + self._noise(v_NV, share), labels_N)
            _differentiate(loss_N)
            for row, candidate in enumerate(part):
                candidate.values = _row(parts, row)
            yield
        self._remember()
        self.optimiser.param_groups[0]["lr"] = self.options.learning_rate * ramp((number + 0.5) / self.options.steps)
        self.optimiser.step()

    def _leave(self, share: float) -> None:
        """Candidates leave until, at `CALM`, one is left: half of them each time, the worse."""
        halvings = math.ceil(math.log2(self.options.candidates)) if self.options.candidates > 1 else 0
        left = 1
        for halving in range(halvings):
            if share < CALM * (halving + 1) / halvings:
                left = math.ceil(self.options.candidates / 2**halving)
                break
        if left < len(self.candidates):
            self.candidates = sorted(self.candidates, key=_loss)[:left]
            assert self.optimiser is not None
            self.optimiser.param_groups[0]["params"] = [candidate.v_V for candidate in self.candidates]

    def _noise(self, v_NV: Tensor, share: float) -> Tensor:
        """Karras et al. 2020, appendix D: 0.05 of the codes' deviation from their middle, falling with the square of time."""
        left = max(0.0, 1 - share / NOISE_UNTIL)
        width = v_NV.shape[-1]
        noise = torch.randn(v_NV.shape, generator=self.random).to(v_NV.device)
        return self.options.noise * math.sqrt(width) * left**2 * noise

    def _loss(self, v_NV: Tensor, noisy_NV: Tensor, labels_N: Tensor | None) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss, N, and its parts for people."""
        perceptual_N, pixel_N = self.distance(self.space.draw(noisy_NV, labels_N))
        prior_N = self.space.prior(v_NV)
        loss_N = perceptual_N + self.options.pixel * pixel_N + self.options.prior * prior_N
        parts = {"loss": loss_N, "perceptual": perceptual_N, "pixel": pixel_N, "prior": prior_N}
        return loss_N, {name: part_N.detach().cpu() for name, part_N in parts.items()}

    def _try(self, v_NV: Tensor, labels: Sequence[int | None]) -> None:
        _, parts = self._loss(v_NV, v_NV, self._labels(labels))
        for row, (v_V, label) in enumerate(zip(v_NV, labels, strict=True)):
            self.candidates.append(Candidate(v_V.clone(), label, _row(parts, row)))
        self.candidates = sorted(self.candidates, key=_loss)[: self.options.candidates]
        self._remember()

    def _remember(self) -> None:
        best = self.best
        if self.seen is None or best.loss < self.seen.loss:
            self.seen = Candidate(best.v_V.detach().clone(), best.label, best.values)
        if not math.isfinite(best.loss):
            raise GancraftError(
                "the pictures of this model aren't numbers: its training went wrong before it was saved"
            )

    def _labels(self, labels: Sequence[int | None]) -> Tensor | None:
        return torch.tensor(labels, device=self.space.device) if self.space.classes else None


def ramp(share: float) -> float:
    """Of the step size: up along a line, down along half a cosine (Karras et al. 2020, appendix D)."""
    down = 0.5 - 0.5 * math.cos(math.pi * min(1.0, (1 - share) / RAMP_DOWN))
    return down * min(1.0, share / RAMP_UP)


def _differentiate(loss_N: Tensor) -> None:
    try:
        loss_N.sum().backward()
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:  # the generator is anybody's
        raise GancraftError(f"this model gives no gradients, so that nothing can be looked for: {error}") from error


def _loss(candidate: Candidate) -> float:
    return candidate.loss


def _row(parts: Mapping[str, Tensor], row: int) -> dict[str, float]:
    return {name: float(part_N[row]) for name, part_N in parts.items()}
