"""What an operator can set of the relationship service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.batch.settings import JobSettings


class RelationshipSettings(JobSettings):
    """Settings read from `LEADLIGHT_RELATIONSHIP_*`, then from `LEADLIGHT_*`; see tenant_settings.py too."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_RELATIONSHIP_")

    service: ClassVar[str] = "relationship"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50052"
    )
