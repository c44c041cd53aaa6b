"""What an operator can set of the dedupe service, beside what all services have."""

import os
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.batch.settings import JobSettings


class DedupeSettings(JobSettings):
    """Settings read from `LEADLIGHT_DEDUPE_*`, then `LEADLIGHT_*`. What a tenant sets is in tenant_settings.py."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_DEDUPE_")

    service: ClassVar[str] = "dedupe"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50053"
    )
    scan_threads: Annotated[
        int, Field(ge=1, le=256, description="Cores that a scan may use; the default is one per usable core.")
    ] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    scan_memory_mb: Annotated[
        int,
        Field(
            ge=128,
            le=1_048_576,
            description="Megabytes that a scan's tables may take before they spill to data_dir; the process needs "
            "about as much again.",
        ),
    ] = 1024
