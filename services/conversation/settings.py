"""What an operator can set of the conversation service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.batch.settings import JobSettings
from services.common.peers import PeerSettings


class ConversationSettings(JobSettings, PeerSettings):
    """Settings read from `LEADLIGHT_CONVERSATION_*`, then from `LEADLIGHT_*`; what tenants set is stored."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_CONVERSATION_")

    service: ClassVar[str] = "conversation"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50055"
    )
    notes_address: Annotated[
        str, Field(description="host:port of the notes service, which reads by when promises are due.")
    ] = "127.0.0.1:50056"
    notes_timeout_s: Annotated[
        float,
        Field(gt=0, le=60, description="Longest wait for the notes service; then an analysis comes without."),
    ] = 2.0
    relationship_address: Annotated[
        str, Field(description="host:port of the relationship service, which knows deals and engagement.")
    ] = "127.0.0.1:50052"
