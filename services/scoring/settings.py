"""What an operator can set of the scoring service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.batch.settings import JobSettings


class ScoringSettings(JobSettings):
    """Settings read from `LEADLIGHT_SCORING_*`, then from `LEADLIGHT_*`."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_SCORING_")

    service: ClassVar[str] = "scoring"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50051"
    )
    loaded_models: Annotated[
        int, Field(ge=1, le=10_000, description="Model versions that stay in the memory of one worker.")
    ] = 64
