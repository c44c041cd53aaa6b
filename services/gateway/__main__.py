"""Starts the gateway: `python -m services.gateway`."""

import sys

from services.common.server.serve import main
from services.gateway.processes import Server, build, run_operations
from services.gateway.settings import GatewaySettings

if __name__ == "__main__":
    sys.exit(main(GatewaySettings, build, run_operations, server=Server))
