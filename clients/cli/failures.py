"""What goes wrong, as one line with the way out and an exit code."""

from difflib import get_close_matches

import grpc
from leadlight_client import CallError

_SHOWN_VIOLATIONS = 3

# Fields that people know by another name.
_OPTIONS = {
    "dataset.columns.id": "--id",
    "dataset.columns.label": "--label",
    "dataset.columns.positive_value": "--positive",
    "dataset.columns.create_time": "--created",
    "dataset.columns.close_time": "--closed",
    "dataset.display_name": "FILE",
    "display_name": "--name",
    "exclude_attributes": "--exclude",
    "window_months": "--window-months",
    "settings.default_region": "--region",
    "master": "MASTER",
}

_WAYS_OUT = {
    grpc.StatusCode.UNAUTHENTICATED: "pass a valid token with --token or LEADLIGHT_TOKEN",
    grpc.StatusCode.PERMISSION_DENIED: "use a token with the role that the call needs",
    grpc.StatusCode.DEADLINE_EXCEEDED: "the service may be busy: look at `leadlight status`, then try again",
    grpc.StatusCode.INTERNAL: "the service's log in the data folder's logs/ says more",
}


class CommandError(Exception):
    """A command cannot do what it was asked; the message is one line with the way out."""

    exit_code = 1


class UsageError(CommandError):
    """A command was called the wrong way."""

    exit_code = 2


def unknown_column(option: str, name: str, columns: list[str]) -> UsageError:
    """The error for a column that a file does not have, with the nearest name and all names."""
    return UsageError(
        f"{option} {name}: there is no such column{did_you_mean(name, columns)} "
        f"The file has: {', '.join(columns)}"
    )


def did_you_mean(name: str, names: list[str]) -> str:
    """`; did you mean X?` for the nearest of `names`, a full stop when none is near."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    nearest = get_close_matches(name.casefold(), by_folded, n=1)
    return f"; did you mean {by_folded[nearest[0]]}?" if nearest else "."


def explain(error: grpc.RpcError) -> str:
    """A failed call in one line: what the service said, its reason, what to do."""
    if not isinstance(error, CallError):
        return str(error)
    code = error.code()
    message = (error.details() or "").strip()
    if code is grpc.StatusCode.UNAVAILABLE and not error.domain:
        return (
            f"no service answers ({message or 'connection lost'}): "
            "see `leadlight status`, or start one with `leadlight up`"
        )
    text = _violations(error) or message or "the call failed"
    way_out = _WAYS_OUT.get(code, "")
    if error.retry_after_s is not None:
        way_out = f"try again in {error.retry_after_s:g} s"
    return f"{text} [{error.reason}]" + (f": {way_out}" if way_out else "")


def _violations(error: CallError) -> str:
    """The first fields that were refused, by the names that the command has for them."""
    shown = [
        f"{_OPTIONS.get(each.field, each.field)}: {each.description}"
        for each in error.violations[:_SHOWN_VIOLATIONS]
    ]
    more = len(error.violations) - len(shown)
    return "; ".join(shown) + (f" (and {more} more)" if more else "")
