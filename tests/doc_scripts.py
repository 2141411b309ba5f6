"""Scripts of docs/ that keep a page in step."""

from __future__ import annotations

import runpy
import sys

import pytest

from tests.doc_blocks import ROOT


def check(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds its pages in step. In this process, which has already loaded what a page is made from."""
    monkeypatch.setattr(sys, "argv", [script, "--check"])
    monkeypatch.setattr(sys, "path", [*sys.path])  # scripts put the checkout first
    try:
        runpy.run_path(str(ROOT / "docs" / script), run_name="__main__")
    except SystemExit as ended:
        assert not ended.code, ended.code
