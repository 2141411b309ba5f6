"""Draw the diagrams of docs/how-it-works.md: `python docs/make_diagrams.py`. Plain SVG on a card of its own, for light and dark."""

from __future__ import annotations

from html import escape
from pathlib import Path

PICTURES = Path(__file__).with_name("pictures")
INK, SOFT, LINE, CARD, WALL, ACT = "#1f1e20", "#5c564f", "#a8a093", "#fbf9f5", "#f1ede4", "#a93418"
FONT = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


def text(x: float, y: float, words: str, size: int = 14, colour: str = INK, weight: int = 400, anchor: str = "middle") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def box(x: float, y: float, width: float, height: float, title: str, lines: tuple[str, ...] = (), act: bool = False) -> str:
    """A rectangle with a bold line and fainter ones below it, centred."""
    colour, middle = (ACT if act else LINE), x + width / 2
    top = y + height / 2 + 5 - 9 * len(lines)
    words = [text(middle, top, title, 15, ACT if act else INK, 600)]
    words += [text(middle, top + 18 * (number + 1), line, 12, SOFT) for number, line in enumerate(lines)]
    rect = f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5" fill="{WALL}" stroke="{colour}" stroke-width="1.2"/>'
    return rect + "".join(words)


def arrow(*points: tuple[float, float], act: bool = False, dashed: bool = False) -> str:
    path = " ".join(f"{'M' if number == 0 else 'L'}{x} {y}" for number, (x, y) in enumerate(points))
    colour, head = (ACT, "act") if act else (SOFT, "ink")
    dash = ' stroke-dasharray="4 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.4"{dash} marker-end="url(#{head})"/>'


def save(name: str, width: int, height: int, title: str, *parts: str) -> None:
    heads = "".join(
        f'<marker id="{head}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for head, colour in (("ink", SOFT), ("act", ACT))
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="{FONT}" role="img"><title>{escape(title)}</title><defs>{heads}</defs>'
        f'<rect width="{width}" height="{height}" rx="8" fill="{CARD}"/>{"".join(parts)}</svg>\n'
    )
    (PICTURES / name).write_text(svg, encoding="utf-8")


def house() -> None:
    floors = [
        (("cli", ("one file a command",)), ("web", ("one file a tab",)), ("simply", ("three calls for scripts",))),
        (("style", ("painting: levels, start, tiles",)), ("training", ("phases, health, checkpoints",))),
        (("latent", ("using a model",)), ("metrics", ("how good is it",))),
        (("perceptual", ("networks with named layers",)), ("models", ("base networks, model files",))),
        (("plugins", ("find, load, isolate",)), ("pictures", ("pixels in and out",)), ("resolve", ("settings to parts",))),
        (("interfaces, hookspecs, events, options, errors", ("what all agree on; imports no torch",)),),
    ]
    parts, left, wide, tall, gap = [], 24, 560, 62, 12
    for level, rooms in enumerate(floors):
        width = (wide - gap * (len(rooms) - 1)) / len(rooms)
        for number, (name, lines) in enumerate(rooms):
            parts.append(box(left + number * (width + gap), 24 + level * (tall + gap), width, tall, name, lines))
    bottom = 24 + len(floors) * (tall + gap) - gap
    brought = ("bundled and yours, alike:", "styles, losses, networks,", "generators, whole GANs")
    parts.append(box(664, 24, 212, 136, "plugins", brought, True))
    parts.append(box(664, 246, 212, 62, "gancraft.__all__", ("all that a plugin may import",)))
    parts.append(arrow((770, 160), (770, 244), act=True))
    parts.append(text(782, 207, "imports", 12, ACT, anchor="start"))
    parts.append(arrow((664, 277), (588, 277)))
    parts.append(box(664, 394, 212, 62, "hooks", ("register what it brings",), True))
    parts.append(arrow((876, 92), (888, 92), (888, 425), (878, 425), act=True))
    parts.append(arrow((664, 425), (588, 425), act=True))
    parts.append(text(304, bottom + 26, "Each floor imports those below it, and no arrow runs up: a test checks it.", 13, SOFT))
    save("house.svg", 900, bottom + 44, "The house: floors of modules, and plugins beside them", *parts)


def life() -> None:
    parts = [
        box(24, 30, 190, 100, "settings", ("flag, --set, GANCRAFT_…,", "--config file, preset,", "default: first one counts")),
        box(274, 30, 160, 100, "choice", ("the parts by name,", "their options checked")),
        box(494, 30, 160, 100, "run", ("an iterator of events;", "works while it is asked",), True),
        box(714, 30, 162, 100, "pictures", ("a photo, or a set that", "is read once and kept")),
        arrow((214, 80), (272, 80)),
        arrow((434, 80), (492, 80)),
        arrow((714, 80), (656, 80)),
        text(350, 172, "Started", 14, INK, 600),
        text(452, 172, "Progress", 14, INK, 600),
        text(552, 172, "Preview", 14, INK, 600),
        text(650, 172, "Warned", 14, INK, 600),
        text(738, 172, "Saved", 14, INK, 600),
        text(826, 172, "Finished", 14, INK, 600),
        arrow((574, 130), (574, 150), act=True),
        f'<path d="M300 184H876" stroke="{ACT}" stroke-width="1.4"/>',
        box(300, 214, 170, 72, "terminal", ("bars, sentences, a file",)),
        box(503, 214, 170, 72, "page", ("previews, curves, Stop",)),
        box(706, 214, 170, 72, "your script", ("for event in run: …",)),
        arrow((385, 184), (385, 212)),
        arrow((588, 184), (588, 212)),
        arrow((791, 184), (791, 212)),
        box(24, 190, 190, 120, "the run's folder", ("checkpoints/: every 45 s,", "samples/, metrics.jsonl,", "model.safetensors, report")),
        arrow((494, 116), (464, 116), (464, 146), (119, 146), (119, 188), act=True),
        arrow((119, 310), (119, 336), (690, 336), (690, 116), (656, 116), dashed=True),
        text(404, 329, "killed? the same command goes on from the last checkpoint", 12, SOFT),
    ]
    save("run.svg", 900, 356, "A run's life: from settings to events and files", *parts)


if __name__ == "__main__":
    house()
    life()
