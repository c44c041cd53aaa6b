"""Starts the gateway: `python -m services.gateway`."""

import os
import sys

from services.common.server.serve import main
from services.gateway.processes import build, run_operations, serve
from services.gateway.settings import GatewaySettings

# gRPC's newer event engine hands each read and write from thread to thread; with its older poller the one thread that
# waits does them itself (docs/gateway.md, "How fast"). Workers inherit it.
_OLDER_POLLER = "-event_engine_client,-event_engine_listener,-event_engine_for_all_other_endpoints"

if __name__ == "__main__":
    os.environ.setdefault("GRPC_EXPERIMENTS", _OLDER_POLLER)
    sys.exit(main(GatewaySettings, build, run_operations, server=serve, imports=["services.gateway.server"]))
