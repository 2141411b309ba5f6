"""Films in and out: times, turns, sound, and what is broken."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from gancraft.errors import GancraftError, UsageError
from gancraft.style.film import write as writing
from gancraft.style.film.probe import is_film
from gancraft.style.film.read import open_film
from gancraft.style.film.recipe import read_film_recipe
from gancraft.style.film.source import Film
from gancraft.style.film.write import check_target
from tests.style.film.helpers import damaged, moving, write_animation, write_film

UNEVEN = [0, 100, 150, 400, 450, 1000]
RECIPE = {"gancraft": "x", "options": {"a": "ü" * 3000}}


def write(*given: Any, **named: Any) -> list[str]:
    return [line for line in writing.write_film(*given, **named) if line]


def seconds(film: Film) -> list[float]:
    return [round(float(stamp * film.clock.unit), 3) for stamp in film.clock.stamps]


def files_of(film: Film, folder: Path) -> list[Path]:
    files = []
    for number, frame in enumerate(film.frames()):
        files.append(folder / f"{number}.png")
        Image.fromarray(frame).save(files[-1])
    return files


def sound_of(path: Path) -> tuple[str, list[bytes]]:
    with av.open(str(path)) as container:
        name = container.streams.audio[0].codec_context.name
        return name, [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm", "gif", "webp", "apng"])
def test_frames_keep_their_times_and_looks(ending: str, tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(6), stamps=UNEVEN, options={"crf": "8"}))
    shown = list(source.frames())
    assert len(source) == 6 and (source.width, source.height) == (64, 48)
    target = tmp_path / f"b.{ending}"
    check_target(target, 6, 64, 48)
    assert write(target, files_of(source, tmp_path), source.clock, source, RECIPE) == []
    assert is_film(target) and read_film_recipe(target) == RECIPE
    again = open_film(target)
    assert seconds(again) == [stamp / 1000 for stamp in UNEVEN]
    assert float(again.clock.last * again.clock.unit) == pytest.approx(
        float(source.clock.last * source.clock.unit), 0.01
    )
    for before, after in zip(shown, again.frames(), strict=True):
        assert after is not None and before is not None and after.dtype == np.uint8
        assert (
            np.abs(after.astype(int) - before).mean() < 9
        )  # colours at half the size, a palette of 256, or none of it


def test_colours_stay_what_they_are(tmp_path: Path) -> None:
    flat = [np.full((48, 64, 3), colour, np.uint8) for colour in ((200, 60, 30), (20, 160, 90))]
    source = open_film(write_animation(tmp_path / "a.png", flat, [100, 100]))
    write(tmp_path / "b.mp4", files_of(source, tmp_path), source.clock, source, {})
    for before, after in zip(flat, open_film(tmp_path / "b.mp4").frames(), strict=True):
        assert after is not None and np.abs(after.astype(int) - before).max() <= 4


@pytest.mark.parametrize("turned", [90, -90, 180])
def test_films_are_turned_upright(turned: int, tmp_path: Path) -> None:
    frames = moving(2)
    film = open_film(write_film(tmp_path / "a.mp4", frames, turned=turned))
    assert (film.width, film.height) == ((64, 48) if turned == 180 else (48, 64))
    (first, _) = film.frames()
    assert first is not None and np.abs(first.astype(int) - np.rot90(frames[0], turned // 90)).mean() < 20


def test_odd_sides_are_filled_and_pixels_keep_their_shape(tmp_path: Path) -> None:
    source = open_film(write_animation(tmp_path / "a.gif", [f[:33, :47] for f in moving(3)], [100] * 3))
    source.aspect = Fraction(4, 3)
    write(tmp_path / "b.mp4", files_of(source, tmp_path), source.clock, source, {})
    film = open_film(tmp_path / "b.mp4")
    assert (film.width, film.height, film.aspect) == (48, 34, Fraction(4, 3))


@pytest.mark.parametrize(
    ("sound", "ending", "codec"), [("aac", "mp4", "aac"), ("aac", "mkv", "aac"), ("libopus", "webm", "opus")]
)
def test_sound_is_carried_as_it_is(sound: str, ending: str, codec: str, tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / f"a.{ending.replace('webm', 'mkv')}", moving(6), sound=sound))
    target = tmp_path / f"b.{ending}"
    assert write(target, files_of(source, tmp_path), source.clock, source, {}) == []
    before, after = sound_of(source.path), sound_of(target)
    assert after == before and after[0] == codec and len(after[1]) > 20


def test_sound_that_the_container_can_not_hold_is_encoded_anew(tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(10), sound="aac"))
    (warning,) = write(tmp_path / "b.webm", files_of(source, tmp_path), source.clock, source, {})
    assert warning == "sound: webm can't hold aac; encoded anew as libopus"
    with av.open(str(tmp_path / "b.webm")) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
    assert len(heard) / 48000 == pytest.approx(1, abs=0.1)
    spectrum = np.abs(np.fft.rfft(heard))
    assert spectrum.argmax() / len(heard) * 48000 == pytest.approx(440, abs=3)


def test_sound_that_has_no_place_is_told(tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(3), sound="aac"))
    (warning,) = write(tmp_path / "b.gif", files_of(source, tmp_path), source.clock, source, {})
    assert warning == ".gif has no sound: it is left out; use .mp4 to keep it"


def test_a_part_of_a_film_has_its_part_of_the_sound(tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(10), sound="aac"))
    clock = source.clock.part(4, 6)
    assert len(clock.stamps) == 3 and float(clock.last * clock.unit) == pytest.approx(0.1)
    write(tmp_path / "b.mp4", files_of(source, tmp_path)[3:6], clock, source, {}, whole=False)
    film = open_film(tmp_path / "b.mp4")
    assert seconds(film) == [0, 0.1, 0.2]
    assert 12 <= len(sound_of(tmp_path / "b.mp4")[1]) <= 16  # of 47 in a second
    with pytest.raises(UsageError, match="--frames 11: the film has only 10 frames"):
        source.clock.part(11, None)


def test_a_time_that_is_said_twice_loses_no_frame(tmp_path: Path) -> None:
    film = open_film(write_film(tmp_path / "a.avi", moving(24), fps=25, codec="mpeg4", options={"bf": "2"}))
    with av.open(str(film.path)) as container:
        said = [packet.pts for packet in container.demux(video=0) if packet.size]
    assert len(set(said)) < len(said) == 24 == len(film)
    assert film.clock.rate == 25 and all(frame is not None for frame in film.frames())


def test_moving_pictures(tmp_path: Path) -> None:
    film = open_film(write_animation(tmp_path / "a.gif", moving(4), [50, 200, 10, 0]))
    assert seconds(film) == [0, 0.05, 0.25, 0.35]  # too short ones last as long as browsers show them
    clear = [Image.new("RGBA", (20, 20), (200, 0, 0, 128 * k)) for k in (0, 1)]
    clear[0].save(tmp_path / "b.webp", save_all=True, append_images=clear[1:], duration=100, lossless=True)
    first, second = open_film(tmp_path / "b.webp").frames()
    assert first is not None and second is not None
    assert first.min() == 255 and tuple(second[0, 0]) == pytest.approx((227, 127, 127), abs=2)


def test_what_is_a_film(tmp_path: Path) -> None:
    frames = moving(2)
    for name in ("a.mp4", "b.mkv", "c.avi"):
        assert is_film(write_film(tmp_path / name, frames, codec="mpeg4" if name == "c.avi" else "libx264"))
        (tmp_path / name).rename(tmp_path / "renamed.png")
        assert is_film(tmp_path / "renamed.png")  # by what is in it
    for ending in ("gif", "webp", "png"):
        assert is_film(write_animation(tmp_path / f"two.{ending}", frames, [100, 100]))
        assert not is_film(write_animation(tmp_path / f"one.{ending}", frames[:1], [100]))
    Image.fromarray(frames[0]).save(tmp_path / "still.jpg")
    Image.fromarray(frames[0]).save(tmp_path / "still.avif")
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "short.gif").write_bytes(b"GIF89a")
    for name in ("still.jpg", "still.avif", "empty.mp4", "short.gif", "none.mp4", "."):
        assert not is_film(tmp_path / name), name


@pytest.mark.parametrize("codec", ["mpeg4", "ffv1"])
def test_a_broken_frame_leaves_a_gap(codec: str, tmp_path: Path) -> None:
    path = damaged(write_film(tmp_path / "a.mkv", moving(6), codec=codec, options={"g": "1"}), 3)
    found = list(open_film(path).frames())
    assert [frame is None for frame in found] == [False, False, False, True, False, False]


def test_a_film_that_was_cut_off_ends_where_it_does(tmp_path: Path) -> None:
    path = write_film(tmp_path / "a.mkv", moving(20), options={"g": "1"})
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    film = open_film(path)
    assert 3 < len(film) < 19
    assert len(list(film.frames())) == len(film)


@pytest.mark.parametrize(
    ("name", "make", "says"),
    [
        ("a.mp4", lambda path: path.write_bytes(b"\0\0\0\x20ftypisom" + bytes(200)), "can't be read as a film"),
        ("a.mp4", lambda path: path.write_text("no film"), "can't be read as a film"),
        ("gone.mp4", lambda path: None, "can't be read as a film"),
        ("a.mkv", lambda path: only_sound(path), "has no pictures, only sound"),
        ("a.mkv", lambda path: without_frames(path), "is a film without frames"),
        ("a.mp4", lambda path: without_frames(path), "is a film without frames"),
    ],
)
def test_what_can_not_be_read_is_told_in_a_line(name: str, make: object, says: str, tmp_path: Path) -> None:
    make(tmp_path / name)  # type: ignore[operator]
    with pytest.raises(UsageError, match=says) as problem:
        open_film(tmp_path / name)
    assert "\n" not in str(problem.value) and name in str(problem.value)


def only_sound(path: Path) -> None:
    with av.open(str(path), "w") as container:
        voice = container.add_stream("aac", rate=48000)
        part = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        part.sample_rate, part.pts = 48000, 0
        container.mux([*voice.encode(part), *voice.encode(None)])


def without_frames(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()


def test_too_large_frames_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    for path in (write_film(tmp_path / "a.mp4", moving(2)), write_animation(tmp_path / "a.gif", moving(2), [100, 100])):
        with pytest.raises(UsageError, match="--max-megapixels"):
            open_film(path, 0.001)


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("a.xyz", "'.xyz' is no film; use .mp4"),
        ("none/a.mp4", "doesn't exist; make it first"),
        ("folder.mp4", "is a folder"),
        ("a.gif", "too many for .gif; use .mp4"),
    ],
)
def test_what_can_not_be_written_is_told_before_the_work(target: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(UsageError, match=says):
        check_target(tmp_path / target, 100_000, 640, 480)


def test_writing_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(3)))
    (tmp_path / "b.mp4").write_text("old")
    files = files_of(source, tmp_path)
    files[2].write_bytes(b"")
    with pytest.raises(GancraftError, match="wasn't written"):
        write(tmp_path / "b.mp4", files, source.clock, source, {})
    assert (tmp_path / "b.mp4").read_text() == "old" and not list(tmp_path.glob(".gancraft*"))


def test_a_film_without_a_recipe_is_told(tmp_path: Path) -> None:
    for path in (write_film(tmp_path / "a.mp4", moving(2)), write_animation(tmp_path / "a.gif", moving(2), [100, 100])):
        with pytest.raises(GancraftError, match="holds no gancraft recipe"):
            read_film_recipe(path)


def test_writing_that_is_left_leaves_what_was_there(tmp_path: Path) -> None:
    source = open_film(write_film(tmp_path / "a.mp4", moving(6), sound="aac"))
    (tmp_path / "b.mp4").write_text("old")
    begun = writing.write_film(tmp_path / "b.mp4", files_of(source, tmp_path), source.clock, source, {})
    assert next(begun) == ""
    begun.close()  # type: ignore[attr-defined]
    assert (tmp_path / "b.mp4").read_text() == "old" and not list(tmp_path.glob(".gancraft*"))
