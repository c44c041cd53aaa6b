"""Time zones as they are named on the command line."""

from zoneinfo import ZoneInfo

from clients.cli.failures import UsageError


def zone_of(name: str) -> ZoneInfo:
    """The zone that --time-zone names.

    Raises:
        UsageError: There is none of that name.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise UsageError(
            f"--time-zone {name}: there is no such zone; write one such as Europe/Copenhagen"
        ) from None
