"""Painting with a few colours: a palette of the styles' is found, then each pixel takes the nearest of it.

Shape suffixes: N = 1 picture, C = 3 colours, H, W = height and width; P = pixels, K = colours of the palette.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import gancraft
import torch
from torch import Tensor

from gancraft_template_name import TemplateNameOptions

PIXELS = 4096  # of all styles together, among which the palette is found
ROUNDS = 10  # of finding it
BAND = 32  # rows that are painted in a step


class TemplateNameMethod(gancraft.StyleMethod):
    """Each pixel takes the nearest of the palette's colours, a band of rows after the other."""

    options: TemplateNameOptions

    def run(self, job: gancraft.StyleJob, run: gancraft.Run) -> Iterator[gancraft.Event]:
        """Pictures are 1x3xHxW, sRGB from 0 to 1, on the CPU; compute on `job.device`."""
        generator = torch.Generator().manual_seed(job.seed)  # the same seed must paint the same picture
        pixels_PC = _pixels(job.styles, generator)
        palette_KC = _palette(pixels_PC, self.options.colours, generator).to(job.device)
        picture_HWC = job.content_NCHW[0].permute(1, 2, 0).clone()
        wanted_HWC = torch.lerp(picture_HWC, _shifted(picture_HWC, pixels_PC), self.options.shift)
        bands = list(zip(picture_HWC.split(BAND), wanted_HWC.split(BAND), strict=True))
        yield gancraft.Started(len(bands), f"{len(palette_KC)} colours, in bands of {BAND} rows")
        for done, (band_HWC, wanted_band_HWC) in enumerate(bands, 1):
            if run.stopping:
                break
            nearest_HW = torch.cdist(wanted_band_HWC.to(job.device), palette_KC).argmin(-1)
            band_HWC.copy_(palette_KC[nearest_HW])  # a part of picture_HWC
            yield gancraft.Progress(done, len(bands))
            if job.preview_every and done % job.preview_every == 0:
                yield gancraft.Preview(picture_HWC.numpy().copy(), done)
        yield gancraft.Finished(picture_HWC=picture_HWC.numpy(), stopped=run.stopping)


def _pixels(styles: Sequence[gancraft.StyleInput], generator: torch.Generator) -> Tensor:
    """Random pixels of the styles, PC: of each so many as its weight says."""
    weights = torch.tensor([style.weight for style in styles])
    of_P = torch.multinomial(weights, PIXELS, replacement=True, generator=generator)
    drawn = []
    for number, style in enumerate(styles):
        all_PC = style.x_NCHW[0].flatten(1).T  # every style comes in its own size
        chosen_P = torch.randint(len(all_PC), (int((of_P == number).sum()),), generator=generator)
        drawn.append(all_PC[chosen_P])
    return torch.cat(drawn)


def _palette(pixels_PC: Tensor, colours: int, generator: torch.Generator) -> Tensor:
    """Colours that the pixels are near to, KC: each becomes the mean of the pixels nearest to it (k-means)."""
    palette_KC = pixels_PC[torch.randperm(len(pixels_PC), generator=generator)[:colours]]
    for _ in range(ROUNDS):
        nearest_P = torch.cdist(pixels_PC, palette_KC).argmin(-1)
        for colour in range(colours):
            own_PC = pixels_PC[nearest_P == colour]
            if len(own_PC) > 0:
                palette_KC[colour] = own_PC.mean(0)
    return palette_KC


def _shifted(picture_HWC: Tensor, pixels_PC: Tensor) -> Tensor:
    """The picture with the mean and the spread of the style's colours."""
    spread_C, mean_C = torch.std_mean(picture_HWC, dim=(0, 1))
    wanted_spread_C, wanted_mean_C = torch.std_mean(pixels_PC, dim=0)
    return (picture_HWC - mean_C) / (spread_C + 1e-3) * wanted_spread_C + wanted_mean_C
