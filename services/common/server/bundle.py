"""What a service hands to the server: its servicers, and what to do before and after serving."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

AddServicer = Callable[[Any, Any], None]
"""A generated `add_<Service>Servicer_to_server`."""


@dataclass(frozen=True)
class ServiceBundle:
    """One worker's service, made in its process.

    Attributes:
        servicers: Pairs of a generated `add_<Service>Servicer_to_server` and its servicer. Health
            and reflection come from the server, which takes the services' names from these.
        warm_ups: Called before the worker listens, so that the first call is as fast as the rest.
        closers: Called in this order once no call is under way: worker pools first, then the database.
    """

    servicers: Sequence[tuple[AddServicer, Any]]
    warm_ups: Sequence[Callable[[], object]] = ()
    closers: Sequence[Callable[[], object]] = ()
