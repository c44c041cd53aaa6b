"""What an operator can set of the conversation service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.settings import ServiceSettings


class ConversationSettings(ServiceSettings):
    """Settings read from `LEADLIGHT_CONVERSATION_*`, then from `LEADLIGHT_*`."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_CONVERSATION_")

    service: ClassVar[str] = "conversation"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50055"
    )
