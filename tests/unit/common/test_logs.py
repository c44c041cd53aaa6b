"""Log lines: the call's names are in them, personal text is not."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
import structlog
from opentelemetry.sdk.trace import TracerProvider

from services.common import context
from services.common.logs import configure_logging, strip_exception
from services.common.settings import ServiceSettings


class LogSettings(ServiceSettings):
    service: ClassVar[str] = "test"


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    monkeypatch.setattr("sys.stderr", stream)
    configure_logging(LogSettings())
    yield stream
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_line_names_service_call_and_trace(written: io.StringIO) -> None:
    with context.using(request_id="r7"), TracerProvider().get_tracer("t").start_as_current_span("s") as span:
        structlog.get_logger().info("trained", records=40)
    line = lines(written)[0]
    assert (line["event"], line["records"], line["service"], line["level"]) == ("trained", 40, "test", "info")
    assert line["request_id"] == "r7"
    assert line["trace_id"] == f"{span.get_span_context().trace_id:032x}"
    assert line["span_id"] == f"{span.get_span_context().span_id:016x}"
    assert line["timestamp"].endswith("Z")


def test_outside_of_a_call_there_are_no_ids(written: io.StringIO) -> None:
    structlog.get_logger().warning("alone")
    assert set(lines(written)[0]) == {"event", "level", "timestamp", "service"}


def fail() -> None:
    try:
        int("Ida Holm, ida@example.com")
    except ValueError as error:
        raise RuntimeError("row of Ida Holm") from error


@pytest.mark.parametrize("through_library", [False, True])
def test_an_exception_is_its_types_and_its_stack_not_its_text(
    written: io.StringIO, through_library: bool
) -> None:
    logger: Any = logging.getLogger("some.library") if through_library else structlog.get_logger()
    try:
        fail()
    except RuntimeError:
        logger.exception("it failed")
    assert "Ida" not in written.getvalue()
    line = lines(written)[0]
    assert line["event"] == "it failed"
    assert line["exception"] == ["builtins.RuntimeError", "builtins.ValueError"]
    assert line["stack"][-1].split(" ")[-1] == "fail"
    assert "test_logs.py:" in line["stack"][-1]


def test_an_exception_may_be_given_as_such() -> None:
    event = strip_exception(None, "error", {"event": "x", "exc_info": KeyError("Ida")})
    assert event == {"event": "x", "exception": ["builtins.KeyError"], "stack": []}


def test_libraries_write_warnings_and_worse(written: io.StringIO) -> None:
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("worth knowing")
    assert [line["event"] for line in lines(written)] == ["worth knowing"]


def test_the_level_is_the_settings(written: io.StringIO) -> None:
    structlog.get_logger().debug("detail")
    assert written.getvalue() == ""
