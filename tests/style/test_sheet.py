"""Contact sheets: what varies, where cells lie, and that a bad one harms no other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gancraft import UsageError
from gancraft.events import Finished, Preview, Progress, Warned
from gancraft.pictures import Picture, open_sample
from gancraft.plugins import find_plugins
from gancraft.resolve import flags
from gancraft.style.sheet import Sheet, paint_sheet
from gancraft.style.sheet_axes import axes_of
from gancraft.style.sheet_recipe import cell_recipe, sheet_recipe
from tests.conftest import WritePlugin

PLUGINS = find_plugins()
LAYERS = [flags({"optimise.iterations": 2, "style.precision": "float32", "style.device": "cpu"})]
GREYS = """
    import gancraft

    class Options(gancraft.Options):
        level: float = gancraft.option(0.5, "Grey to paint.", ge=0, le=1)
        edge: bool = gancraft.option(False, "Draw an edge.")

    class Grey(gancraft.StyleMethod):
        def run(self, job, run):
            import numpy as np
            if self.options.level == 0.25:
                raise ValueError("no such grey")
            h, w = job.content_NCHW.shape[-2:]
            yield gancraft.Started(1, "grey")
            yield gancraft.Finished(np.full((h, w, 3), self.options.level, np.float32), stopped=run.stopping)

    @gancraft.hookimpl
    def register_style_methods(register):
        register("grey", Grey, interface=gancraft.StyleMethod, options=Options, summary="All grey.")
"""


@pytest.fixture
def photo() -> Picture:
    return Picture(np.random.default_rng(0).random((40, 60, 3), np.float32))


@pytest.fixture
def greys(write_plugin: WritePlugin) -> object:
    folder: Path = write_plugin("greys", GREYS)
    return find_plugins(dirs=[folder])


def grey_sheet(plugins: object, photo: Picture, *texts: str, **settings: object) -> Sheet:
    layers = [flags({"style.plugin": "grey"})]
    axes = axes_of(texts, plugins, layers)  # type: ignore[arg-type]
    return Sheet(plugins, layers, axes, (photo.width, photo.height), 48, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["gran"], "there is no style method 'gran' (did you mean 'gram'"),
        (["method"], "did you mean 'methods'"),
        (["strength"], "strength=A,B,C"),
        (["strength="], "give values"),
        ([","], "write methods"),
        (["size=64,128"], "--sheet-size"),
        (["style-layers=relu1"], "is a list by itself"),
        (["strength=0.1,0.2", "strength=0.3"], "both axes are strength"),
        (["gram", "plugin=sliced"], "both axes are plugin"),
        (["seed=1", "seed=2", "seed=3"], "given 3 times"),
        (["seed=" + ",".join(map(str, range(101)))], "101 cells are too many"),
        (["strength=0.2,3"], "--sheet strength=3: must be at most 1"),
        (["strenth=0.2,0.3"], "did you mean 'strength'"),
        (["colours=blue"], "colours=blue"),
        (["gram,sliced", "strength=7"], "--sheet strength=7: must be at most 1"),
    ],
)
def test_what_cannot_be_varied_gets_one_line(texts: list[str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        Sheet(PLUGINS, LAYERS, axes_of(texts, PLUGINS, LAYERS), (60, 40))
    assert says in str(caught.value) and "\n" not in str(caught.value)


def test_values_and_all_choices() -> None:
    (colours,) = axes_of(["colours=all"], PLUGINS, LAYERS)
    assert colours.values == ("style", "luminance", "oklab", "moments", "transport")
    (switch,) = axes_of(["covariance=all"], PLUGINS, [flags({"style.plugin": "gram"})])
    assert switch.values == ("yes", "no")
    (named,) = axes_of(["covariance,gram"], PLUGINS, LAYERS)  # a method, and a setting of another
    assert named.values == ("covariance", "gram")
    (methods,) = axes_of(["methods"], PLUGINS, LAYERS, lambda entry: entry.name.startswith("g"))
    assert set(methods.values) == {"gram", "gaussian"}
    with pytest.raises(UsageError, match="none of the installed"):
        axes_of(["methods"], PLUGINS, LAYERS, lambda entry: False)


def test_cells_lie_where_their_boxes_say(greys: object, photo: Picture) -> None:
    sheet = grey_sheet(greys, photo, "level=0.1,0.4,0.7", "edge=all")
    assert [cell.name for cell in sheet.cells] == ["A1", "B1", "C1", "A2", "B2", "C2"]
    assert sheet.cells[5].title == "level 0.7, edge no"
    *_, last = paint_sheet(sheet, photo, [(photo, 1.0)])
    assert isinstance(last, Finished) and last.picture_HWC is not None and not last.stopped
    for cell, level in zip(sheet.cells, [0.1, 0.4, 0.7] * 2, strict=True):
        left, top, right, bottom = cell.box
        assert (right - left, bottom - top) == (48, 32)
        assert np.allclose(last.picture_HWC[top:bottom, left:right], level, atol=1 / 255)
        assert not np.allclose(last.picture_HWC[top - 1 : bottom + 1, left - 1 : right + 1], level, atol=1 / 255)


def test_one_axis_is_laid_out_in_rows(greys: object, photo: Picture) -> None:
    levels = ",".join(f"0.{number}" for number in range(1, 8))
    sheet = grey_sheet(greys, photo, f"level={levels}")
    rows = {cell.box[1] for cell in sheet.cells}
    assert len(sheet.cells) == 7 and len(rows) > 1 and sheet.cells[-1].name[1:] == str(len(rows))
    assert len({cell.box for cell in sheet.cells}) == len({cell.name for cell in sheet.cells}) == 7


def test_a_cell_that_fails_is_empty_and_the_others_are_not(greys: object, photo: Picture) -> None:
    sheet = grey_sheet(greys, photo, "level=0.1,0.25,0.7")
    events = list(paint_sheet(sheet, photo, [(photo, 1.0)]))
    (warned,) = [event for event in events if isinstance(event, Warned)]
    assert "B1 (level 0.25) is empty: ValueError: no such grey" in warned.message
    assert [cell.picture_HWC is None for cell in sheet.cells] == [False, True, False]
    assert events[-1].problem is None  # type: ignore[attr-defined]
    assert [event.done for event in events if isinstance(event, Preview)] == [1, 2, 3]
    with pytest.raises(UsageError, match="can't be painted|no such grey"):
        recipe = sheet_recipe(sheet, photo, [(photo, 1.0)])
        recipe["cells"][1].pop("options")  # type: ignore[index]
        cell_recipe(recipe, "B1")


def test_when_all_fail_the_run_says_why(greys: object, photo: Picture) -> None:
    *_, last = paint_sheet(grey_sheet(greys, photo, "level=0.25"), photo, [(photo, 1.0)])
    assert isinstance(last, Finished) and "no such grey" in str(last.problem)


def test_stopping_keeps_what_there_is(greys: object, photo: Picture) -> None:
    sheet = grey_sheet(greys, photo, "level=0.1,0.4,0.7")
    run = paint_sheet(sheet, photo, [(photo, 1.0)])
    for event in run:
        if isinstance(event, Progress) and event.done == 2:
            run.stop()
    assert isinstance(event, Finished) and event.stopped and event.picture_HWC is not None
    assert [cell.picture_HWC is not None for cell in sheet.cells] == [True, True, False]
    assert (event.facts["painted"], event.facts["cells"]) == (2, 3)


def test_methods_share_settings_of_their_runner_and_keep_to_their_own(greys: object, photo: Picture) -> None:
    layers = [flags({"optimise.iterations": 7, "gram.covariance": True, "style.seed": 5})]
    sheet = Sheet(greys, layers, axes_of(["gram,sliced,grey"], greys, layers), (60, 40))  # type: ignore[arg-type]
    gram, sliced, grey = (cell.choice for cell in sheet.cells)
    assert gram is not None and sliced is not None and grey is not None
    assert gram.options["optimise"] == sliced.options["optimise"] and gram.settings.seed == grey.settings.seed == 5
    assert gram.options["optimise"].iterations == 7 and gram.options["gram"].covariance  # type: ignore[attr-defined]


def test_a_setting_that_a_method_lacks_leaves_its_cell_empty(greys: object, photo: Picture) -> None:
    sheet = Sheet(greys, LAYERS, axes_of(["gram,grey", "strength=0.2,0.8"], greys, LAYERS), (60, 40))  # type: ignore[arg-type]
    assert [cell.choice is None for cell in sheet.cells] == [False, True, False, True]
    assert "strength" in str(sheet.cells[1].problem)


def test_scores_stand_below(photo: Picture, greys: object) -> None:
    sheet = grey_sheet(greys, photo, "level=0.1,0.4", "edge=all", scored=True)
    seen = []

    def scores(choice, result_HWC):  # type: ignore[no-untyped-def]
        seen.append(result_HWC.shape)
        return {"style_distance": 0.25, "judge": "somebody"}

    list(paint_sheet(sheet, photo, [(photo, 1.0)], scores=scores))
    assert seen == [(32, 48, 3)] * 4
    assert {cell.caption for cell in sheet.cells} == {"0.25"}
    cells = sheet_recipe(sheet, photo, [(photo, 1.0)])["cells"]
    assert all(cell["style_distance"] == 0.25 for cell in cells)  # type: ignore[attr-defined]


def test_a_sheet_of_a_cropped_size_has_its_shape() -> None:
    layers = [*LAYERS, flags({"style.size": "512x256"})]
    sheet = Sheet(PLUGINS, layers, axes_of(["seed=1,2"], PLUGINS, layers), (600, 400), 64)
    assert (sheet.width, sheet.height) == (64, 32)
    assert sheet.cells[0].choice is not None and sheet.cells[0].choice.settings.size == "512x256"
    *_, last = paint_sheet(sheet, open_sample("cat"), [(open_sample("swirl"), 1.0)])
    assert isinstance(last, Finished) and last.facts == {"cells": 2, "painted": 2, "failed": 0}
