"""What runs in the gateway's processes."""

from services.gateway.composition import build
from services.gateway.running import run_operations
from services.gateway.server import GatewayServer as Server

__all__ = ["Server", "build", "run_operations"]
