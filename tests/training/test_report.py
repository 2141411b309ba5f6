"""The report of a run: what it says, and that no state of a run folder keeps it from being written."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.training.report import write_report
from gancraft.training.report.run import read_run
from gancraft.training.report.sheets import MOST, read_sheets

NASTY = '</script><img src=x onerror="alert(1)">&'
FACTS = {
    "gancraft": "0.1.0",
    "method": "painter",
    "data": {
        "source": "pictures/cats",
        "pictures": 3596,
        "held_out": 189,
        "shape": {"channels": 3, "height": 64, "width": 64, "classes": 0},
        "notes": ["2 pictures were skipped", *map(str, range(30))],
    },
    "options": {"train": {"pictures": 1000, "batch": 32, "seed": 0}, "gan": {"r1": 1.0}, "loss": {"own": 5}},
    "parameters": {"generator": 3_576_704, "discriminator": 2_765_568},
    "machine": {"device": "cpu"},
    "command": "gancraft train pictures/cats --batch 32",
    "resumes": [{"pictures": 600, "changed": {"rate_factor": 0.5}}],
}


def line(pictures: int, kind: str = "progress", **values: object) -> str:
    return json.dumps({"pictures": pictures, "seconds": pictures / 10, "kind": kind, "values": values})


def run_folder(folder: Path, lines: list[str], facts: object = FACTS, sheets: int = 0) -> Path:
    (folder / "run.json").write_text(json.dumps(facts))
    (folder / "metrics.jsonl").write_text("".join(f"{text}\n" for text in lines))
    (folder / "samples").mkdir(exist_ok=True)
    for i in range(sheets):
        Image.new("RGB", (40, 20), (i, 0, 0)).save(folder / "samples" / f"{i * 100:09d}.png")
    return folder


def page_of(folder: Path) -> str:
    path = write_report(folder)
    assert path == folder / "report.html"
    return path.read_text(encoding="utf-8")


def said(page: str) -> str:
    """What a reader sees: no tags, scripts and styles."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", page[page.index("<body>") :], flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def data_of(page: str) -> dict:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


class Balanced(HTMLParser):
    """Fails where tags don't close as they opened; gathers what was met."""

    EMPTY = {"meta", "img", "input", "br", "link"}

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.met: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs) -> None:
        self.met.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.met.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def parsed(page: str) -> Balanced:
    parser = Balanced()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_a_whole_run(tmp_path):
    lines = [line(i * 10, discriminator=1.0, generator=2.0, separation=0.8, extra=7.0) for i in range(1, 101)]
    lines[50:50] = [
        json.dumps({"pictures": 500, "kind": "finding", "code": "collapse", "sentence": "Few pictures", "value": 0.3}),
        line(510, "remedy", sentence="penalties become twice as strong"),
        line(520, "stage", title="16x16"),
        line(500, "health", diversity=0.9, distance=40.0),
    ]
    lines.append(line(1000, "end", verdict="healthy", stopped=False))
    page = page_of(run_folder(tmp_path, lines, sheets=3))
    parser, text = parsed(page), said(page)
    assert "cats by painter" in text and "Healthy Ended after 1,000 pictures; trouble came up once" in text
    assert "3,596 pictures, 189 held out" in text and "1,000 of 1,000, in 1 min 40 s" in text
    assert "generator 3.58M, discriminator 2.77M" in text and "2 pictures were skipped" in text
    assert "and 11 more, in run.json" in text
    for title in ("Losses", "Diversity", "Distance to the data", "Strength of the discriminator", "extra"):
        assert f"<h3>{title}</h3>" in page
    assert "Speed" not in text and "Memorisation" not in text  # there are no numbers for these
    assert page.count("<svg") == 5 and page.count('<rect class="band"') == 1
    assert "1 500 trouble Few pictures 2 510 remedy penalties" in text
    assert "3 520 stage 16x16 4 600 resumed Resumed with rate_factor = 0.5 5 1,000 end Ended: healthy" in text
    assert page.count('<g class="mark finding">') == 5 and 'class="mark end"' not in page
    assert "gancraft train pictures/cats --batch 32" in text and f"gancraft sample {tmp_path}" in text
    assert [at for at, _ in data_of(page)["sheets"]] == [0, 100] and "200 pictures seen" in text
    assert set(link.split(";")[0] for link in parser.links) == {"data:image/webp"}


def test_settings_that_differ_stand_first(tmp_path):
    text = said(page_of(run_folder(tmp_path, [line(1, generator=1.0)])))
    first, _, rest = text.partition("All other settings")
    assert "batch 32 default 64 Pictures a step" in first and "gan.r1 1.0 default none" in first
    assert "seed" not in first[first.index("Settings that differ") :]
    assert "seed 0 Seed of everything" in rest and "loss.own 5" in rest


@pytest.mark.parametrize(
    ("end", "finding", "tone", "words"),
    [
        (None, False, "quiet", "Not ended No trouble up to 20 pictures"),
        (None, True, "warn", "Not ended; trouble was seen At 15 pictures: It broke. Then: mended."),
        ({"verdict": "healthy"}, False, "good", "Healthy Ended after 20 pictures; no trouble was seen"),
        ({"verdict": "healthy", "stopped": True}, False, "good", "Healthy Stopped at 20 pictures"),
        ({"verdict": "collapsed"}, True, "bad", "Collapsed Ended after 20 pictures. At 15 pictures: It broke."),
        ({"verdict": "strong_discriminator"}, False, "warn", "Strong discriminator Ended after 20 pictures."),
        (
            {"verdict": "too short to tell (no look)"},
            False,
            "quiet",
            "Too short to tell (no look) Ended after 20 pictures.",
        ),
        ({"verdict": "not watched (remedy off)"}, False, "quiet", "Not watched (remedy off) Ended after"),
        ({}, False, "quiet", "Ended Ended after 20 pictures."),
    ],
)
def test_the_verdict(tmp_path, end, finding, tone, words):
    lines = [line(10, generator=1.0)]
    if finding:
        lines += [line(15, "finding", sentence="It broke"), line(15, "remedy", sentence="mended")]
    lines.append(line(20, generator=1.0))
    if end is not None:
        lines.append(line(20, "end", **end))
    page = page_of(run_folder(tmp_path, lines))
    assert f'<div class="verdict {tone}">' in page and words in said(page)


def test_an_ended_run_that_was_taken_up_again_has_not_ended(tmp_path):
    lines = [line(10, generator=1.0), line(10, "end", verdict="healthy", stopped=True), line(20, generator=1.0)]
    assert "Not ended" in said(page_of(run_folder(tmp_path, lines)))


def test_everything_is_escaped(tmp_path):
    nasty = {
        "method": NASTY,
        "plugin": {"distribution": NASTY},
        "data": {"source": NASTY, "notes": [NASTY], "shape": {"height": NASTY, "width": 1}},
        "options": {NASTY: {NASTY: NASTY}, "train": NASTY},
        "parameters": {NASTY: 5},
        "machine": {"device": NASTY},
        "command": NASTY,
        "resumes": [{"pictures": 1, "changed": {NASTY: NASTY}}],
    }
    lines = [line(1, **{NASTY: 1.0, f"gradient/{NASTY}": 1.0}), line(2, **{NASTY: 2.0})]
    lines += [line(2, "finding", sentence=NASTY), line(2, "stage", title=NASTY), line(2, "end", verdict=NASTY)]
    page = page_of(run_folder(tmp_path, lines, nasty, sheets=2))
    parser = parsed(page)
    assert parser.met.count("img") == 1 and parser.met.count("script") == 2
    assert "<img src=x" not in page and said(page).count(NASTY) >= 12
    assert [NASTY in event[2] for event in data_of(page)["events"]].count(True) == 4


def test_nothing_can_be_fetched_and_only_our_script_runs(tmp_path):
    page = page_of(run_folder(tmp_path, [line(1, generator=1.0)], sheets=2))
    script = re.search(r"<script>(.*?)</script>", page, re.S)
    assert script is not None
    digest = base64.b64encode(hashlib.sha256(script[1].encode()).digest()).decode()
    assert f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page
    assert not re.search(r"https?://|@import|url\((?!#)", page.replace(data_of(page)["sheets"][0][1], ""))


@pytest.mark.parametrize("missing", ["run.json", "metrics.jsonl", "samples", "all"])
def test_missing_files(tmp_path, missing):
    run_folder(tmp_path, [line(1, generator=1.0)], sheets=1)
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        if missing in ("all", path.name, path.parent.name):
            path.rmdir() if path.is_dir() else path.unlink()
    page = page_of(tmp_path)
    parsed(page)
    assert ("No sample sheets yet" in page) == (missing in ("samples", "all"))
    assert ("Nothing yet" in page) == (missing in ("metrics.jsonl", "all"))
    assert ("by painter" in said(page)) == (missing not in ("run.json", "all"))


@pytest.mark.parametrize(
    "facts",
    [b"", b'{"method": "pai', b"[1]", b"\xff\xfe", b'{"data": 3, "options": [], "resumes": 4, "machine": null}'],
)
def test_damaged_facts(tmp_path, facts):
    run_folder(tmp_path, [line(1, generator=1.0)])
    (tmp_path / "run.json").write_bytes(facts)
    assert "Losses" in said(page_of(tmp_path))


def test_cut_and_senseless_lines(tmp_path):
    lines = [
        line(10, generator=1.0),
        "",
        '{"pictures": 20, "kind": "progress", "values": {"generator": 9',
        "[]",
        "\0\0\0",
        '{"kind": "progress", "values": {"generator": 9}}',
        '{"pictures": -5, "kind": "progress", "values": {"generator": 9}}',
        '{"pictures": 25, "kind": 3, "values": {"generator": 9}}',
        '{"pictures": 25, "kind": "progress", "values": [9]}',
        '{"pictures": 26, "kind": "unheard of", "values": {"generator": 9}}',
        line(30, generator=2.0),
    ]
    run = read_run(run_folder(tmp_path, lines))
    assert run.series == {"generator": [(10, 1.0), (30, 2.0)]}
    parsed(page_of(tmp_path))


def test_what_is_no_number_breaks_the_line(tmp_path):
    lines = [line(i, generator=None if 4 <= i < 6 else float(i)) for i in range(1, 10)]
    lines += ['{"pictures": 10, "kind": "progress", "values": {"generator": NaN, "rate": Infinity, "r1": "a"}}']
    lines += [line(11, generator=10**400, r2=True, discriminator=None), line(12, generator=1e-320)]
    page = page_of(run_folder(tmp_path, lines))
    parsed(page)
    path = re.search(r'<path class="line" d="([^"]+)"', page)
    assert path is not None and path[1].count("M") == 3  # 1 to 3, 6 to 9, 12
    assert data_of(page)["curves"] == [[[list(range(1, 13)), [1, 2, 3, None, None, 6, 7, 8, 9, None, None, 0]]]]
    assert not re.search(r"\bnan\b|\binf\b", page[page.index("<body>") : page.index("<script")], re.I)


def test_a_run_that_went_back_is_drawn_once(tmp_path):
    lines = [
        line(10, generator=1.0),
        line(20, generator=5.0),
        line(20, "finding", sentence="x"),
        line(30, generator=6.0),
    ]
    lines += [line(20, generator=2.0), line(20, "finding", sentence="x")]
    run = read_run(run_folder(tmp_path, lines, {}))
    assert run.series == {"generator": [(10, 1.0), (20, 2.0)]} and len(run.events) == 1 and run.pictures == 20


def test_many_events_stay_readable(tmp_path):
    lines = [line(i, "stage", title=f"s{i}") for i in range(300)] + [line(299, "finding", sentence="Late trouble")]
    text = said(page_of(run_folder(tmp_path, lines, {})))
    assert "Late trouble" in text and "And 201 more" in text


def test_many_curves_of_a_kind_leave_their_chart(tmp_path):
    page = page_of(run_folder(tmp_path, [line(1, **{f"gradient/n{i}": 1.0 for i in range(9)})], {}))
    assert "Everything else (3)" in said(page) and len(data_of(page)["curves"][0]) == 6


def test_the_page_stays_small(tmp_path):
    lines = [line(i, **{f"value{k}": float(i * k % 97) for k in range(60)}) for i in range(2000)]
    lines += [line(i, "finding", sentence="x" * 300 + str(i)) for i in range(400)]
    run_folder(tmp_path, lines)
    random = np.random.default_rng(0)
    noise_HWC = random.integers(0, 255, (1000, 2000, 3), dtype=np.uint8)  # nothing is harder to make small
    samples = tmp_path / "samples"
    Image.fromarray(noise_HWC).save(samples / "999.webp", quality=90, method=0)
    Image.fromarray(noise_HWC[:200, :400]).save(samples / "0.png", compress_level=0)
    for i in range(1, 2 * MOST - 1):  # every other one is taken, and the newest
        os.link(samples / "0.png", samples / f"{i}.png")
    assert [len(sheet.data) <= 80_000 for sheet in read_sheets(samples)] == [True] * MOST + [False]
    assert 3_000_000 < write_report(tmp_path).stat().st_size < 6_000_000


def test_written_whole_or_not_at_all(tmp_path, monkeypatch):
    run_folder(tmp_path, [line(1, generator=1.0)])
    before = page_of(tmp_path)
    (tmp_path / "metrics.jsonl").write_text(line(2, generator=5.0))

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fails)
        with pytest.raises(GancraftError, match="report.html wasn't written: No space left"):
            write_report(tmp_path)
    assert (tmp_path / "report.html").read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.jsonl", "report.html", "run.json", "samples"]
    assert page_of(tmp_path) != before


def test_no_folder(tmp_path):
    with pytest.raises(UsageError, match="doesn't exist"):
        write_report(tmp_path / "nowhere")


def test_the_same_run_gives_the_same_page(tmp_path):
    run_folder(tmp_path, [line(i, generator=i / 3) for i in range(500)], sheets=3)
    assert page_of(tmp_path) == page_of(tmp_path)


def test_a_report_for_somebody_who_has_the_model_only(tmp_path):
    facts = {
        **FACTS,
        "data": {"source": f"{tmp_path}/cats", "notes": [f"1 left out ({tmp_path}/cats/a.png is damaged)"]},
    }
    run_folder(tmp_path, [line(1, generator=1.0)], facts)
    (tmp_path / "mine").mkdir()
    path = write_report(tmp_path, tmp_path / "mine" / "report.html", "cats.safetensors")
    page = path.read_text(encoding="utf-8")
    assert str(tmp_path) not in page and "1 left out (a.png is damaged)" in said(page)
    assert "gancraft sample cats.safetensors" in said(page) and "--data cats" in said(page)
    assert str(tmp_path) in page_of(tmp_path)
