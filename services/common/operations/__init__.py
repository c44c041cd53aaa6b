"""Long-running operations that survive a restart: the server's side and the runner's."""

from services.common.operations.context import (
    OperationCancelledError,
    OperationContext,
    RunnerStoppingError,
    StopSignal,
)
from services.common.operations.leases import LeaseLostError
from services.common.operations.model import Operation, TypedBytes
from services.common.operations.runner import Handler, RunnerSettings, run
from services.common.operations.store import (
    OperationStore,
    create_operation,
    good_operations,
    unfinished_operations,
)
from services.common.tables import OperationState

__all__ = [
    "Handler",
    "LeaseLostError",
    "Operation",
    "OperationCancelledError",
    "OperationContext",
    "OperationState",
    "OperationStore",
    "RunnerSettings",
    "RunnerStoppingError",
    "StopSignal",
    "TypedBytes",
    "create_operation",
    "good_operations",
    "run",
    "unfinished_operations",
]
