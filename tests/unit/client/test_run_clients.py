"""`make clients`: what is skipped, what fails, what differs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts import run_clients
from scripts.run_clients import Command, Language


def says(text: str) -> Command:
    return (sys.executable, "-c", f"print({text!r})")


FAILS = (sys.executable, "-c", "raise SystemExit('no such package')")
SAME = Language("same", "python", run=says("score 1"))


@contextmanager
def nothing_started() -> Iterator[dict[str, str]]:
    yield {}


@pytest.mark.parametrize(
    ("language", "row"),
    [
        (Language("x", "go", run=says("score 1")), ("yes", "yes", "")),
        (
            Language("x", "go", run=says(""), needs=("no-such-tool",)),
            ("skipped", "skipped", "no-such-tool not found"),
        ),
        (Language("x", "go", run=says(""), fetch=(FAILS,)), ("skipped", "skipped", "no such package")),
        (Language("x", "go", run=says(""), build=FAILS), ("no", "no", "no such package")),
        (Language("x", "go", run=FAILS), ("yes", "no", "no such package")),
        (Language("x", "go", run=says("score 2")), ("yes", "differs", "not what same prints")),
    ],
    ids=["fine", "no tool", "no packages", "no build", "no run", "other words"],
)
def test_a_row(language: Language, row: tuple[str, str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_clients, "suite", nothing_started)
    first, outcome = run_clients.run_all([SAME, language])
    assert (first.built, first.ran) == ("yes", "yes")
    assert (outcome.built, outcome.ran) == row[:2]
    assert row[2] in outcome.note


@pytest.mark.parametrize(("flags", "fails"), [([], False), (["--strict"], True)])
def test_a_skip_is_a_failure_where_asked(
    flags: list[str], fails: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = Language("missing", "go", run=says(""), needs=("no-such-tool",))
    monkeypatch.setattr(run_clients, "suite", nothing_started)
    monkeypatch.setattr(run_clients, "LANGUAGES", (SAME, missing))
    monkeypatch.setattr(sys, "argv", ["run_clients", *flags])
    if fails:
        with pytest.raises(SystemExit):
            run_clients.main()
    else:
        run_clients.main()
    assert "no-such-tool not found" in capsys.readouterr().out
