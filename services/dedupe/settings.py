"""What an operator can set of the dedupe service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class DedupeSettings(ServiceSettings):
    """Settings read from `LEADLIGHT_DEDUPE_*`, then `LEADLIGHT_*`. What a tenant sets is in tenant_settings.py."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_DEDUPE_")

    service: ClassVar[str] = "dedupe"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50053"
    )
