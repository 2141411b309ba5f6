"""One look at a run: pictures of fixed latents beside real ones, and what the meters gathered since the look before.

Shape suffixes: N = pictures, C = channels, H, W = height, width, L = latent size, D = descriptor. Pictures are in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Generator as Work
from collections.abc import Iterator
from typing import cast

import numpy as np
import torch
from torch import Tensor

from gancraft.latent import sheet as sheets
from gancraft.models import BatchRandom, Generator, make
from gancraft.pictures.dataset import PictureSet
from gancraft.training.health import measures
from gancraft.training.observing import Observing, evaluating
from gancraft.training.session import Session

FIXED = 256  # latents, and reals beside them
KNOWN = 4096  # training pictures among which copies are looked for
AT_ONCE = 64  # pictures made at a time
CELLS = 64  # a side of the plane on which points are judged
FEW = 8  # pictures of a class at least, to say how they differ


class Observer(Observing):
    """Fixed latents and reals of a run, and what is measured on them."""

    def __init__(self, session: Session, data: PictureSet, train: np.ndarray, held_out: np.ndarray, seed: int):
        super().__init__(session, data)
        own = torch.Generator().manual_seed(seed)
        sampler = cast(Generator, session.sampler)
        self.z_NL = sampler.latent(BatchRandom("cpu", own), FIXED).to(self.device)
        classes = data.shape.classes
        self.labels_N = torch.arange(FIXED, device=self.device) % classes if classes else None
        choose = np.random.default_rng([seed, 1]).permutation
        self.train = train[choose(len(train))][:KNOWN]
        self.held_out = held_out[choose(len(held_out))][:FIXED]
        self.real_ND = self._described(self.train[:FIXED])
        points = sheets.is_points(data.shape)  # shown behind those that are made
        self.points_NCHW = data.x_NCHW[self.train[: 4 * FIXED]] if points else None
        self.known_ND = self._described(self.train)
        self.real_by_class = self._by_class(classes)
        self.held_ND = self._described(self.held_out)
        some = [np.sort(rows) for rows in (self.train[: len(self.held_out)], self.held_out) if len(self.held_out)]
        self._judged = [(self._real(rows), rows) for rows in some]

    def sheet(self, across: int, down: int) -> np.ndarray:
        x_NCHW = self.pictures(min(across * down, len(self.z_NL)))
        return sheets.preview(
            x_NCHW.cpu().numpy(), self.data.shape, self.points_NCHW, across=across, field_HW=self.field(x_NCHW)
        )

    def pictures(self, count: int = FIXED) -> Tensor:
        """What the averaged network makes of the first fixed latents, NCHW."""
        return torch.cat(list(self._made(count)))

    @torch.no_grad()
    def field(self, fake_NCHW: Tensor) -> np.ndarray | None:
        """What the discriminator takes the plane for, as `points_picture` shows it: 0, made, to 1, real. None where the data
        isn't points, or nobody judges them. fake_NCHW: points that were made."""
        if self.points_NCHW is None:
            return None
        plane_NCHW = torch.from_numpy(sheets.plane(CELLS)).to(self.device)[:, :, None, None]
        if (plane_N := self._opinion(plane_NCHW)) is None:
            return None
        if not self.session.trainable.health().sign:
            # Only differences count: between what reals and fakes are given, in units of what there is.
            reals_NCHW = torch.from_numpy(self.points_NCHW[:FIXED]).to(self.device)
            given = [cast(Tensor, self._opinion(x_NCHW)).mean() for x_NCHW in (reals_NCHW, fake_NCHW)]
            plane_N = 2 * (plane_N - sum(given) / 2) / plane_N.std().clamp_min(1e-12)
        return plane_N.sigmoid().reshape(CELLS, CELLS).cpu().numpy()

    def _opinion(self, x_NCHW: Tensor) -> Tensor | None:
        """What the discriminator thinks of points, the mean over all classes."""
        trainable, networks = self.session.trainable, self.session.networks
        found = []
        with evaluating(networks.values()):
            for number in range(self.data.shape.classes) or (None,):
                labels_N = None if number is None else torch.full((len(x_NCHW),), number, device=self.device)
                found.append(trainable.scores(networks, x_NCHW, labels_N))
        return None if any(scores is None for scores in found) else torch.stack(cast(list[Tensor], found)).mean(0)

    def _made(self, count: int) -> Iterator[Tensor]:
        """The same in parts."""
        sampler, labels = cast(Generator, self.session.sampler), self.labels_N
        for start in range(0, count, AT_ONCE):
            part = slice(start, min(start + AT_ONCE, count))
            with torch.random.fork_rng(devices=[]):
                made_NCHW = make(sampler, self.z_NL[part], None if labels is None else labels[part])
            yield made_NCHW

    @torch.no_grad()
    def measure(self) -> Work[None, None, dict[str, float]]:
        """Numbers for `health.Look`, as many as can be had; with pauses, in which somebody may be told."""
        session = self.session
        made = []
        for part_NCHW in self._made(FIXED):
            made.append(part_NCHW)
            yield
        fake_NCHW = torch.cat(made)
        fake_ND = measures.describe(fake_NCHW)
        values = self.gathered()
        values["diversity"] = self._diversity(fake_ND)
        values["distance"] = measures.distance(fake_ND, self.real_ND)
        if len(self.held_ND) >= 2:
            values["copying"] = measures.copying(fake_ND, self.known_ND, self.held_ND)
            values["held_out"] = float(len(self.held_ND))
            judged = [*self._judged, (fake_NCHW[: len(self.held_out)], None)]
            scores = []
            for x_NCHW, rows in judged:
                scores.append(self._scores(x_NCHW, rows))
                yield
            if all(score is not None for score in scores):
                values["held_out_gap"] = measures.held_out_gap(*cast(list[Tensor], scores))
        sampler = cast(Generator, session.sampler)
        with torch.random.fork_rng(devices=[]):
            values["latent_use"] = measures.latent_use(
                # Of one class: different ones make different pictures without any latent.
                lambda z_NL: make(
                    sampler, z_NL, None if self.labels_N is None else self.labels_N[:1].expand(len(z_NL))
                ),
                self.z_NL[:AT_ONCE],
                self.real_ND,
            )
        return values

    def _diversity(self, fake_ND: Tensor) -> float:
        """Of all pictures, or where there are classes the mean over them of that within each: a generator that makes one
        picture a class is as collapsed as any."""
        found = []
        if self.labels_N is not None:
            for number, real_ND in self.real_by_class.items():
                mine_ND = fake_ND[self.labels_N == number]
                if min(len(mine_ND), len(real_ND)) >= FEW:
                    found.append(measures.diversity(mine_ND, real_ND))
        return sum(found) / len(found) if found else measures.diversity(fake_ND, self.real_ND)

    def _by_class(self, classes: int) -> dict[int, Tensor]:
        labels_N = self.data.labels_N
        if labels_N is None or not classes:
            return {}
        rows = {number: self.train[labels_N[self.train] == number][:AT_ONCE] for number in range(classes)}
        return {number: self._described(mine) for number, mine in rows.items() if len(mine) >= FEW}

    def _scores(self, x_NCHW: Tensor, rows: np.ndarray | None) -> Tensor | None:
        """What the discriminator thinks of pictures, in evaluation mode."""
        networks = self.session.networks
        labels_N = None
        if self.labels_N is not None:
            labels_N = self.labels_N[: len(x_NCHW)]
            if rows is not None and self.data.labels_N is not None:
                labels_N = torch.from_numpy(self.data.labels_N[rows]).to(self.device)
        with evaluating(networks.values()):
            return self.session.trainable.scores(networks, x_NCHW, labels_N)

    def _described(self, rows: np.ndarray) -> Tensor:
        parts = [measures.describe(self._real(rows[i : i + FIXED])) for i in range(0, len(rows), FIXED)]
        return torch.cat(parts) if parts else torch.zeros(0, 1)
