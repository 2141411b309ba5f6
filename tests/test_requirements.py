"""requirements.txt, which a Space installs, and pyproject.toml name the same things."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]


def project() -> dict[str, Requirement]:
    said = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    return {requirement.name: requirement for requirement in map(Requirement, said)}


def lines() -> list[str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return [line for line in (raw.partition("#")[0].strip() for raw in text.splitlines()) if line]


def test_only_names_with_ranges() -> None:
    for line in lines():
        assert not line.startswith(("-", ".", "http", "git+")), line
        assert Requirement(line).url is None


def test_the_same_names() -> None:
    names = [Requirement(line).name for line in lines()]
    assert len(names) == len(set(names))
    assert set(names) == set(project())


def test_every_range_lies_within_the_projects() -> None:
    """A range may be narrower. Tried at every version that either of the two names, and just beside it."""
    for line in lines():
        here, there = Requirement(line), project()[Requirement(line).name]
        named = {Version(spec.version.removesuffix(".*")) for r in (here, there) for spec in r.specifier}
        for version in {v for name in named for v in around(name)}:
            if here.specifier.contains(version, prereleases=True):
                assert there.specifier.contains(version, prereleases=True), f"{line} allows {version}, {there} doesn't"


def around(version: Version) -> list[Version]:
    """The version, one a little below it, one a little above, and one far above."""
    *head, last = version.release
    below = [*head, last - 1, 9999] if last else [*head[:-1], max(0, head[-1] - 1), 9999] if head else [0]
    texts = [
        str(version),
        ".".join(map(str, below)),
        ".".join(map(str, [*version.release, 1])),
        f"{version.release[0] + 99}",
    ]
    return [Version(text) for text in texts]
