"""What an operator can set of the notes service, beside what all services have."""

from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.batch.settings import JobSettings


class NotesSettings(JobSettings):
    """Settings read from `LEADLIGHT_NOTES_*`, then from `LEADLIGHT_*`. What a tenant sets is in preferences.py."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_NOTES_")

    service: ClassVar[str] = "notes"

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50056"
    )
