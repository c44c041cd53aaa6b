"""What an operator can set, with the rules that keep an unsafe choice from starting.

Each service subclasses `ServiceSettings`, names itself and its environment prefix, and adds its
own fields:

    class ScoringSettings(ServiceSettings):
        model_config = SettingsConfigDict(env_prefix="LEADLIGHT_SCORING_")
        service: ClassVar[str] = "scoring"
        listen: str = "127.0.0.1:50051"

A field is read from `LEADLIGHT_SCORING_<FIELD>` and, where that is not set, from
`LEADLIGHT_<FIELD>`, so what all services share is set once.
"""

import importlib
import os
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self, TypeVar

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from services.common.addresses import is_loopback, split_address

SHARED_PREFIX = "LEADLIGHT_"
MIN_SECRET_BYTES = 32
MAX_WORKERS = 256


class SettingsError(Exception):
    """A setting that cannot work or is not safe; the message is one line with the way out."""


class ServiceSettings(BaseSettings):
    """The settings every service has.

    Attributes:
        service: Name of the service: file names, `ErrorInfo.domain`, logs. Set by the subclass.
        listeners: Names of the fields that say where callers are served.
    """

    model_config = SettingsConfigDict(env_prefix=SHARED_PREFIX, extra="ignore", hide_input_in_errors=True)

    service: ClassVar[str]
    listeners: ClassVar[tuple[str, ...]] = ("listen",)

    listen: Annotated[str, Field(description="host:port to serve gRPC on; port 0 takes a free one.")] = (
        "127.0.0.1:50051"
    )
    workers: Annotated[
        int,
        Field(ge=1, le=MAX_WORKERS, description="Worker processes; the default is one per usable core."),
    ] = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    runners: Annotated[
        int,
        Field(
            ge=1,
            le=16,
            description="Processes for long-running operations: with one, a job of hours holds up the next one.",
        ),
    ] = 1
    threads: Annotated[
        int, Field(ge=1, le=64, description="Threads per worker, so calls under way at a time.")
    ] = 4
    pin_workers: Annotated[
        bool,
        Field(
            description="Keep each worker on a core of its own, in turn: more calls a second where the service "
            "has the machine or a fixed set of cores to itself (docs/performance.md)."
        ),
    ] = False
    max_queued_calls: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="Calls that may wait for a thread in one worker; more are refused.",
        ),
    ] = 256
    max_wait_s: Annotated[
        float,
        Field(
            gt=0,
            le=86_400,
            description="Time that a call may have to wait for a thread, by how long calls took lately; "
            "more are refused.",
        ),
    ] = 30.0
    max_message_bytes: Annotated[
        int, Field(ge=1024, le=256 * 1024 * 1024, description="Largest message taken or sent, in bytes.")
    ] = 16 * 1024 * 1024
    max_deadline_s: Annotated[
        float,
        Field(gt=0, le=86_400, description="Longest time a call may take, also for callers that set none."),
    ] = 300.0
    receive_timeout_s: Annotated[
        float,
        Field(
            gt=0, le=3600, description="Longest wait for the message of a call that was begun; then it ends."
        ),
    ] = 20.0

    data_dir: Annotated[Path, Field(description="Folder of everything the service keeps on disk.")] = (
        user_data_path("leadlight", appauthor=False)
    )
    database_url: Annotated[
        str,
        Field(description="SQLAlchemy URL; the default is a SQLite file named for the service in data_dir."),
    ] = ""

    tls_cert: Annotated[Path | None, Field(description="PEM certificate chain; switches TLS on.")] = None
    tls_key: Annotated[Path | None, Field(description="PEM private key of tls_cert.")] = None
    tls_client_ca: Annotated[
        Path | None,
        Field(description="PEM roots that clients' certificates must come from; switches mTLS on."),
    ] = None

    auth: Annotated[
        Literal["local", "jwt"],
        Field(description="Who callers are: one local tenant (loopback only), or what their token says."),
    ] = "local"
    jwt_secret: Annotated[
        SecretStr | None, Field(description="Shared secret for HS256 tokens, 32 bytes or more.")
    ] = None
    jwt_jwks: Annotated[
        str | None,
        Field(description="JWKS with the keys for RS256, ES256 and EdDSA tokens: a file or an https URL."),
    ] = None
    jwt_issuer: Annotated[str | None, Field(description="Required `iss` of tokens, if set.")] = None
    jwt_audience: Annotated[str | None, Field(description="Required `aud` of tokens, if set.")] = None
    jwt_leeway_s: Annotated[
        float, Field(ge=0, le=300, description="Clock difference forgiven when judging tokens' times.")
    ] = 30.0

    keepalive_time_s: Annotated[
        float, Field(ge=10, description="Silence on a connection after which it is pinged.")
    ] = 60.0
    keepalive_timeout_s: Annotated[
        float, Field(ge=1, description="Wait for a ping's answer before the connection is closed.")
    ] = 20.0
    keepalive_min_client_interval_s: Annotated[
        float,
        Field(ge=1, description="Clients that ping more often than this are disconnected (too_many_pings)."),
    ] = 20.0
    max_connection_age_s: Annotated[
        float,
        Field(
            ge=1, description="Age at which connections are asked to renew, so load spreads to new replicas."
        ),
    ] = 1800.0
    drain_timeout_s: Annotated[
        float, Field(ge=0, le=3600, description="Time calls under way have to finish when the service stops.")
    ] = 20.0

    reflection: Annotated[bool, Field(description="Serve gRPC reflection, for grpcurl without protos.")] = (
        True
    )
    metrics: Annotated[
        str | None,
        Field(
            description="host:port of the Prometheus /metrics page, off by default; "
            "beyond loopback it uses the TLS files."
        ),
    ] = None
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="Least severe log lines written."),
    ] = "info"
    log_format: Annotated[
        Literal["json", "console"], Field(description="json for machines, console for people.")
    ] = "json"
    access_log: Annotated[
        Literal["all", "failed"],
        Field(description="Calls that get a log line of their own: all of them, or those that failed."),
    ] = "failed"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the service's own variables, then the suite's."""
        shared = EnvSettingsSource(settings_cls, env_prefix=SHARED_PREFIX)
        return init_settings, env_settings, shared, file_secret_settings

    @field_validator("*")
    @classmethod
    def _is_host_and_port(cls, value: object, info: ValidationInfo) -> object:
        if info.field_name in (*cls.listeners, "metrics") and isinstance(value, str):
            split_address(value)
        return value

    @model_validator(mode="after")
    def _fill_database_url(self) -> Self:
        if not self.database_url:
            self.database_url = f"sqlite:///{self.data_dir / self.service}.db"
        return self

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key come together: set both or neither")
        if self.tls_client_ca is not None and self.tls_cert is None:
            raise ValueError("tls_client_ca needs TLS: set tls_cert and tls_key too")
        return self

    @model_validator(mode="after")
    def _tokens_can_be_verified(self) -> Self:
        if self.jwt_secret is not None:
            length = len(self.jwt_secret.get_secret_value().encode())
            if length < MIN_SECRET_BYTES:
                raise ValueError(
                    f"jwt_secret has {length} bytes, at least {MIN_SECRET_BYTES} are needed: "
                    "make one with `openssl rand -base64 48`"
                )
        if self.auth == "jwt" and (self.jwt_secret is None) == (self.jwt_jwks is None):
            raise ValueError("auth=jwt needs exactly one source of keys: set jwt_secret or jwt_jwks")
        if self.jwt_jwks is not None and self.jwt_jwks.startswith("http://"):
            host = self.jwt_jwks.removeprefix("http://").split("/")[0]
            if not is_loopback(host if ":" in host else f"{host}:80"):
                raise ValueError("jwt_jwks over plain http lets anyone on the way forge tokens: use https")
        return self

    @model_validator(mode="after")
    def _beyond_loopback_is_guarded(self) -> Self:
        served = {name: getattr(self, name) for name in self.listeners}
        for name, address in (*served.items(), ("metrics", self.metrics)):
            if address is not None and not is_loopback(address) and self.tls_cert is None:
                raise ValueError(
                    f"{name}={address} is reachable from other machines without TLS: "
                    f"set tls_cert and tls_key, or use 127.0.0.1"
                )
        for name, address in served.items():
            if not is_loopback(address) and self.auth == "local":
                raise ValueError(
                    f"{name}={address} is reachable from other machines and auth=local lets everyone in: "
                    "set auth=jwt with jwt_secret or jwt_jwks, or listen on 127.0.0.1"
                )
        return self


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def load_settings(settings_type: type[SettingsT]) -> SettingsT:
    """Reads a service's settings from the environment.

    Raises:
        SettingsError: In one line: the variable to change and how.
    """
    try:
        return settings_type()
    except ValidationError as error:
        prefix = settings_type.model_config["env_prefix"]
        problems = []
        for problem in error.errors(include_url=False, include_input=False, include_context=False):
            where = f"{prefix}{problem['loc'][0]}".upper() if problem["loc"] else f"{prefix}*"
            problems.append(f"{where}: {problem['msg'].removeprefix('Value error, ')}")
        raise SettingsError("; ".join(problems)) from None


def settings_type_of(service: str) -> type[ServiceSettings]:
    """The settings class of a service by the layout: the one in `services/<service>/settings.py` that names it.

    Raises:
        SettingsError: There is no such service.
    """
    name = f"services.{service}.settings"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name not in {name, name.removesuffix(".settings")}:
            raise
        raise SettingsError(f"there is no service {service!r}") from None
    for found in vars(module).values():
        is_class = isinstance(found, type) and issubclass(found, ServiceSettings)
        if is_class and vars(found).get("service") == service:
            settings_type: type[ServiceSettings] = found
            return settings_type
    raise SettingsError(f"services/{service}/settings.py has no settings class that names it")
