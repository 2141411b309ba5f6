"""What visitors are told of errors."""

from __future__ import annotations

import logging

import gradio as gr
import pytest
from pydantic import ValidationError

from gancraft.options import Options, option
from gancraft.web.errors import OURS, error, friendly, placeless


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("/tmp/gradio/0a1b/my cat.png isn't a picture", "my cat.png isn't a picture"),
        ("'/home/user/app/x/my cat.png' is damaged", "'my cat.png' is damaged"),
        ("folder /srv/runs/3/ is full", "folder 3 is full"),
        ("--run=/srv/runs/3: holds a run", "--run=3: holds a run"),
        ("zip:/srv/data/set.zip (/srv/data/b.zip)", "zip:set.zip (b.zip)"),
        (r"C:\Users\ada\cat.png is damaged", "cat.png is damaged"),
        (r"C:/Users/ada/cat.png or \\server\share\cat.png", "cat.png or cat.png"),
        ("~/pictures/cat.png and file:///srv/x/cat.png", "cat.png and cat.png"),
        ("/srv/bilder/übung.png", "übung.png"),
        ("first\n  second\tthird", "first second third"),
        *(
            (plain, plain)
            for plain in (
                "see https://example.org/a/b/c.html?x=1/2/3, or http://localhost:7860/a/b",
                "on 2024/05/06 at 3/4 of 16/9/4",
                "before/after and/or both, w/o a/b/c",
                "1 / 2 / 3",
                "image/png",
                "runs/one/model.safetensors",
                "https://user@example.org:8080/x/y.",
                "layers conv1/relu/out",
            )
        ),
    ],
)
def test_places_of_the_server_are_left_out_and_nothing_else(message: str, shown: str) -> None:
    assert placeless(message) == shown
    assert error(message).message == shown


def test_a_very_long_message_is_cut() -> None:
    assert len(error("x" * 10**6).message) < 1000


class Knobs(Options):
    brushes: int = option(2, "How many brushes.", ge=1, le=5)


def test_errors_are_friendly_and_the_traceback_is_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "gancraft.web")
    with pytest.raises(gr.Error, match="^'brushes: Input should be less than or equal to 5'$"), friendly():
        Knobs(brushes=6)
    with pytest.raises(gr.Error, match="Keep me"), friendly():
        raise gr.Error("Keep me")
    with pytest.raises(KeyboardInterrupt), friendly():
        raise KeyboardInterrupt
    assert caplog.records == []
    with pytest.raises(gr.Error) as problem, friendly():
        raise OSError(28, "No space left on device", "/srv/secret/file")
    assert problem.value.message == OURS and problem.value.__suppress_context__
    (record,) = caplog.records
    assert record.exc_info is not None and "/srv/secret/file" in str(record.exc_info[1])


def test_a_validation_error_of_the_whole_has_no_name() -> None:
    from pydantic import model_validator

    class Pair(Options):
        low: int = option(1, "Low.")

        @model_validator(mode="after")
        def refuse(self) -> Pair:
            raise ValueError("nothing will do")

    with pytest.raises(ValidationError):
        Pair()
    with pytest.raises(gr.Error) as problem, friendly():
        Pair()
    assert problem.value.message == "Value error, nothing will do"
