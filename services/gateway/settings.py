"""What an operator can set of the gateway, beside what all services have."""

from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.common.peers import PeerSettings


class GatewaySettings(PeerSettings):
    """Settings read from `LEADLIGHT_GATEWAY_*`, then from `LEADLIGHT_*`."""

    model_config = SettingsConfigDict(env_prefix="LEADLIGHT_GATEWAY_")

    service: ClassVar[str] = "gateway"
    listeners: ClassVar[tuple[str, ...]] = ("listen", "http")

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50050"
    )
    http: Annotated[str, Field(description="host:port to serve HTTP on; port 0 takes a free one.")] = (
        "127.0.0.1:8080"
    )
    cors_origins: Annotated[
        tuple[str, ...],
        Field(description='Origins whose pages may call over HTTP, as JSON: ["https://crm.example"]. Off.'),
    ] = ()

    web_folder: Annotated[Path, Field(description="Folder with the dashboard's built files.")] = (
        Path(__file__).parent / "web"
    )

    scoring_address: Annotated[str, Field(description="host:port of the scoring service.")] = (
        "127.0.0.1:50051"
    )
    relationship_address: Annotated[str, Field(description="host:port of the relationship service.")] = (
        "127.0.0.1:50052"
    )
    dedupe_address: Annotated[str, Field(description="host:port of the dedupe service.")] = "127.0.0.1:50053"
    qualification_address: Annotated[str, Field(description="host:port of the qualification service.")] = (
        "127.0.0.1:50054"
    )
    conversation_address: Annotated[str, Field(description="host:port of the conversation service.")] = (
        "127.0.0.1:50055"
    )
    notes_address: Annotated[str, Field(description="host:port of the notes service.")] = "127.0.0.1:50056"

    max_calls_in_flight: Annotated[
        int, Field(ge=1, le=100_000, description="Calls under way at a time in one worker; more are refused.")
    ] = 1000
    max_composed_calls: Annotated[
        int,
        Field(ge=1, description="Of those, calls that ask several services each, in one worker."),
    ] = 256
    tenant_calls_per_s: Annotated[
        float,
        Field(gt=0, description="Calls a tenant may begin per second in one worker, over time."),
    ] = 1000.0
    tenant_burst_calls: Annotated[
        int, Field(ge=1, description="Calls a tenant may begin at once in one worker after a pause.")
    ] = 2000
    tenant_calls_in_flight: Annotated[
        int, Field(ge=1, description="Calls of one tenant under way at a time in one worker.")
    ] = 500
