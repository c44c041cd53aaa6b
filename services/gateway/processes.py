"""What runs inside the gateway's processes, by name alone.

The process that watches over the others names these functions and imports nothing of what they do.
"""

import threading
from typing import TYPE_CHECKING, Any

from services.common.server.worker import WorkerServer
from services.gateway.settings import GatewaySettings

if TYPE_CHECKING:
    from services.gateway.composition import GatewayBundle


def build(settings: GatewaySettings) -> "GatewayBundle":
    """One worker's own calls; see composition.py."""
    from services.gateway import composition  # noqa: PLC0415

    return composition.build(settings)


def serve(settings: GatewaySettings, bundle: "GatewayBundle", **telemetry: Any) -> WorkerServer:
    """A worker's server; see server.py."""
    from services.gateway.server import GatewayServer  # noqa: PLC0415

    return GatewayServer(settings, bundle, **telemetry)


def run_operations(settings: GatewaySettings, stop: threading.Event) -> None:
    """Finishes erasures, until it is told to stop; see running.py."""
    from services.gateway import running  # noqa: PLC0415

    running.run_operations(settings, stop)
