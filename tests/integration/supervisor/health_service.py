"""A service of nothing but health, for the supervisor's tests; how it behaves is in its environment."""

import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from services.common.lifeline import follow_parent


def main() -> None:
    if os.environ.get("TEST_BEHAVIOUR") == "ends":
        sys.exit("cannot open the database")
    stopped = threading.Event()
    stubborn = os.environ.get("TEST_BEHAVIOUR") == "stubborn"
    signal.signal(signal.SIGTERM, lambda *_: None if stubborn else stopped.set())
    follow_parent()
    servicer = health.HealthServicer()
    silent = os.environ.get("TEST_BEHAVIOUR") == "silent"
    status = health_pb2.HealthCheckResponse
    servicer.set("", status.NOT_SERVING if silent else status.SERVING)
    server = grpc.server(ThreadPoolExecutor(2))
    health_pb2_grpc.add_HealthServicer_to_server(servicer, server)
    server.add_insecure_port(os.environ["LEADLIGHT_ECHO_LISTEN"])
    server.start()
    print("ready to answer", flush=True)
    stopped.wait()
    server.stop(0).wait()
    print("stopped in order", flush=True)


if __name__ == "__main__":
    main()
