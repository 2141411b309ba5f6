"""The film of a run's growth: its sheets in their order, what stands below them, and what it says where there are none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from gancraft.cli.main import main
from gancraft.errors import UsageError
from gancraft.events import Finished, Run, Started, Warned
from gancraft.training.report.timelapse import LEAST, MOST, STRIP, timelapse

Folder = Callable[..., Path]
SIZE = (520, 260)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A run with a grey sheet for each count of pictures seen, from dark to light."""

    def make(*seen: int, size: tuple[int, int] = SIZE) -> Path:
        samples = tmp_path / "run" / "samples"
        samples.mkdir(parents=True)
        for number, at in enumerate(seen):
            Image.new("L", size, 20 * number).save(samples / f"{at:09}.png")
        return tmp_path / "run"

    return make


def finish(run: Run) -> list[Warned]:
    events = list(run)
    assert isinstance(events[0], Started) and isinstance(events[-1], Finished)
    return [event for event in events if isinstance(event, Warned)]


def frames(path: Path) -> np.ndarray:
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return np.stack([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])
    with Image.open(path) as image:
        found = []
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            found.append(np.asarray(image.convert("RGB")))
        return np.stack(found)


def levels(path: Path) -> list[int]:
    """Of the sheets' grey in every frame, without the strip below."""
    return [int(round(float(frame[:-STRIP].mean()))) for frame in frames(path)]


@pytest.mark.parametrize("ending", ["mp4", "gif", "webp"])
def test_all_sheets_in_their_order_from_the_first_to_the_newest(ending: str, folder: Folder, tmp_path: Path) -> None:
    target = tmp_path / f"growth.{ending}"
    assert finish(timelapse(folder(*range(0, 12_000, 1000)), target, 4, 10, fade=False)) == []
    shown = levels(target)
    steps = [round(level / 20) for level in shown]
    assert set(steps) == set(range(12)) and steps == sorted(steps)
    if ending == "mp4":
        assert len(shown) == 40
        assert frames(target).shape[1:] == (SIZE[1] + STRIP, SIZE[0], 3)
        times = [steps.count(number) for number in range(12)]
        assert max(times[:-1]) - min(times[:-1]) <= 2 and times[-1] > max(times[:-1])


def test_sheets_are_sorted_by_number_and_other_files_are_left_out(folder: Folder, tmp_path: Path) -> None:
    run = folder(9, 70, 800)
    (run / "samples" / "best.png").write_bytes(b"")
    (run / "samples" / "000000900.txt").write_text("")
    finish(timelapse(run, tmp_path / "growth.mp4", 1, 10, fade=False))
    assert [round(level / 20) for level in dict.fromkeys(levels(tmp_path / "growth.mp4"))] == [0, 1, 2]


def test_fading_passes_between_two_sheets(folder: Folder, tmp_path: Path) -> None:
    run = folder(*range(12))
    finish(timelapse(run, tmp_path / "faded.mp4", 6, 20))
    finish(timelapse(run, tmp_path / "cut.mp4", 6, 20, fade=False))
    jumps = {name: np.diff(levels(tmp_path / f"{name}.mp4")) for name in ("faded", "cut")}
    assert jumps["faded"].min() >= -1 and 0 < jumps["faded"].max() < 12 and jumps["cut"].max() >= 18


def test_the_strip_tells_how_far_the_run_had_come(folder: Folder, tmp_path: Path) -> None:
    finish(timelapse(folder(0, 500, 1000), tmp_path / "growth.mp4", 2, 20))
    strips = frames(tmp_path / "growth.mp4")[:, -STRIP:]
    orange = ((strips[..., 0] > 180) & (strips[..., 2] < 110)).any(1).sum(1)  # columns
    assert orange[0] < 10 and orange[-1] > SIZE[0] - 10 and (np.diff(orange) >= -2).all()
    assert (strips[0][12:, :120] < 120).any(), "pictures seen, in words"
    assert not (strips[0][12:, -100:] < 120).any(), "no size of a network that doesn't grow"


def test_the_size_that_a_network_had_grown_to_is_told(folder: Folder, tmp_path: Path) -> None:
    run = folder(0, 500, 1000)
    line = {"pictures": 400, "seconds": 1, "kind": "stage", "values": {"title": "8x8", "fade": 600}}
    (run / "metrics.jsonl").write_text(json.dumps(line) + "\n")
    finish(timelapse(run, tmp_path / "growth.mp4", 2, 20, fade=False))
    strips = frames(tmp_path / "growth.mp4")[:, -STRIP:]
    wide = (strips[:, 12:, -200:] < 120).any((1, 3)).sum(1)  # columns with ink
    assert wide[0] == 0 < 2 * wide[-1] < wide[len(wide) // 2], "nothing, then 8x8 fading in, then 8x8"


@pytest.mark.parametrize(
    ("size", "expected"), [((64, 48), (LEAST + 32, 384)), ((500, 100), (500, 100)), ((2400, 1200), (MOST, MOST // 2))]
)
def test_frames_are_as_large_as_a_screen_likes(
    size: tuple[int, int], expected: tuple[int, int], folder: Folder, tmp_path: Path
) -> None:
    finish(timelapse(folder(1, 2, size=size), tmp_path / "growth.mp4", 0.2, 10))
    assert frames(tmp_path / "growth.mp4").shape[1:3] == (expected[1] + STRIP, expected[0])


def test_a_small_sheet_is_enlarged_pixel_by_pixel(folder: Folder, tmp_path: Path) -> None:
    run = folder(1, 2, size=(6, 4))
    x_HW = np.indices((4, 6)).sum(0) % 2 * 255
    for path in (run / "samples").iterdir():
        Image.fromarray(x_HW.astype(np.uint8)).save(path)
    finish(timelapse(run, tmp_path / "growth.gif", 0.2, 10))
    grey = frames(tmp_path / "growth.gif")[0][:-STRIP].mean(-1)
    assert set(np.unique(grey.round())) <= {0, 255} and (grey[:80, :80] == grey[0, 0]).all()


def test_a_sheet_that_was_arranged_otherwise_stands_whole(folder: Folder, tmp_path: Path) -> None:
    run = folder(1, 2)
    Image.new("L", (100, 200), 0).save(run / "samples" / "000000001.png")
    finish(timelapse(run, tmp_path / "growth.mp4", 1, 10, fade=False))
    grey = frames(tmp_path / "growth.mp4")[0][:-STRIP].mean(-1)
    assert (grey[5:-5, 205:315] < 10).all() and (grey[:, :180] > 245).all() and (grey[:, -180:] > 245).all()


def test_sheets_that_were_cut_are_left_out(folder: Folder, tmp_path: Path) -> None:
    run = folder(1, 2, 3, 4)
    for name in ("000000002.png", "000000004.png"):
        whole = (run / "samples" / name).read_bytes()
        (run / "samples" / name).write_bytes(whole[: len(whole) // 2])
    finish(timelapse(run, tmp_path / "growth.mp4", 1, 10, fade=False))
    assert sorted({round(level / 20) for level in levels(tmp_path / "growth.mp4")}) == [0, 2]


def test_few_sheets_are_told_with_how_to_keep_more(folder: Folder, tmp_path: Path) -> None:
    (warned,) = finish(timelapse(folder(0, 400_000), tmp_path / "growth.mp4", 0.2, 10))
    assert "only 2 sheets" in warned.message and "--sheet-every 4000 keeps more" in warned.message


@pytest.mark.parametrize(
    ("seen", "problem"), [((), "no sample sheets"), ((7,), "only one sample sheet"), (None, "no such folder")]
)
def test_folders_of_which_there_is_no_film(
    seen: tuple[int, ...] | None, problem: str, folder: Folder, tmp_path: Path
) -> None:
    run = tmp_path / "nothing" if seen is None else folder(*seen)
    with pytest.raises(UsageError, match=problem):
        timelapse(run, tmp_path / "growth.mp4")


def test_stopped_it_keeps_the_frames_that_there_are(folder: Folder, tmp_path: Path) -> None:
    run = timelapse(folder(*range(12)), tmp_path / "growth.mp4", 2, 10)
    events = []
    for event in run:
        events.append(event)
        if len(events) == 5:
            run.stop()
    last = events[-1]
    assert isinstance(last, Finished) and last.stopped and 0 < len(frames(tmp_path / "growth.mp4")) < 20


@pytest.mark.parametrize("wrong", ["growth.avi", "missing/growth.mp4"])
def test_the_command(
    wrong: str, folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    folder(*range(12))
    words = ["timelapse", "run", "--seconds", "0.5", "--fps", "10", "--no-fade", "-q"]
    for arguments, code in ((words, 0), ([*words, "-o", wrong], 2), (["timelapse", "samples", "-q"], 2)):
        with pytest.raises(SystemExit) as leaving:
            main(arguments)
        assert leaving.value.code == code
        said = capsys.readouterr()
        assert said.out == ("run-growth.mp4\n" if code == 0 else "") and len(said.err.splitlines()) == (code > 0)
    assert len(frames(tmp_path / "run-growth.mp4")) == 5
