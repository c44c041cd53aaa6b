"""What an operator can set of the qualification service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.peers import PeerSettings


class QualificationSettings(PeerSettings):
    """Settings read from `LEADLIGHT_QUALIFICATION_*`, then `LEADLIGHT_*`; a tenant's are in tenant_settings.py."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_QUALIFICATION_")

    service: ClassVar[str] = "qualification"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50054"
    )
    dedupe_address: Annotated[str, Field(description="host:port of the dedupe service.")] = "127.0.0.1:50053"
    relationship_address: Annotated[str, Field(description="host:port of the relationship service.")] = (
        "127.0.0.1:50052"
    )
    scoring_address: Annotated[str, Field(description="host:port of the scoring service.")] = (
        "127.0.0.1:50051"
    )
    notes_address: Annotated[str, Field(description="host:port of the notes service.")] = "127.0.0.1:50056"
    delivery_retry_s: Annotated[
        float,
        Field(
            gt=0,
            le=30,
            description="Pause after a delivery to another service failed; it doubles up to 30 s.",
        ),
    ] = 1.0
