"""Settings: the only reader of the environment; every value is checked before anything starts."""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from crisis import errors
from crisis.domain import apprise_services, pace, setting

PREFIX = "CRISIS_"
_KEY_FILE = "secret-key"
_SOCKET_PATH_BYTES = 100  # the kernel takes 107 on Linux, 103 on macOS

_BaseUrl = Annotated[str, AfterValidator(setting.base_url)]
_Database = Annotated[str, AfterValidator(setting.database_url)]
_Broker = Annotated[str, AfterValidator(setting.broker_url)]
_MailHost = Annotated[str, AfterValidator(setting.smtp_url)]
_Address = Annotated[str, AfterValidator(setting.mail_address)]
_Mailbox = Annotated[str, AfterValidator(setting.imap_url)]
_Zone = Annotated[str, AfterValidator(setting.time_zone)]
_Limits = Annotated[str, AfterValidator(setting.limits)]
_OwnOrWebUrl = Annotated[str, AfterValidator(setting.own_or_web_url)]
_WebUrl = Annotated[str, AfterValidator(setting.web_url)]
_Names = Annotated[list[str], NoDecode, BeforeValidator(setting.words)]


class Settings(BaseSettings):
    """What an operator may set, as ``CRISIS_<NAME>`` in the environment or in ``.env``.

    ``deploy/env.example`` lists the same names with the same defaults; a test keeps them equal.
    Durations carry their unit in the name; times are UTC everywhere.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True
    )

    secret_key: str = Field("", description="signs links and sessions; made once in the data folder if absent")
    sealing_key: str = Field("", description="seals addresses that are secrets; earlier keys behind it still open")
    public_url: _BaseUrl = Field("http://127.0.0.1:8000", description="the base of the links in alerts")
    database_url: _Database = Field("", description="postgresql://… or sqlite:///…; default: SQLite in the data folder")
    broker_url: _Broker = Field("", description="redis://, rediss://, sentinel:// or amqp://; default: bundled Valkey")
    data_dir: Path = Field(Path("var"), description="database, key, process files of the embedded default")
    smtp_url: _MailHost = Field(
        "", description="smtp://user:pass@host:587 or smtps://…; ?connections=16 in all; ?tls=none"
    )
    smtp_evidence: Literal["our_relay", "their_server"] = Field(
        "our_relay", description="what the mail host's acceptance proves: it is our relay, or the server of who gets it"
    )
    mail_from: _Address = Field("alerts@desk.example", description="the sender of alerts")
    mail_verp: bool = Field(True, description="a return path for each mail, alerts+<id>@…, so that reports find it")
    reply_to: _Address = Field("", description="where replies go; default: the sender")
    imap_url: _Mailbox = Field("", description="imaps://user:pass@host/INBOX: where replies and reports arrive")
    twilio_auth_token: str = Field("", description="signs Twilio's receipts; a second one behind it while it changes")
    callback_secret: str = Field("", description="whsec_…: signs receipts of gateways; a second one as above")
    desk_name: str = Field("Crisis desk", description="who transmits")
    authority_name: str = Field("", description="who authors incidents unless the declaration says; default: the desk")
    desk_phone: str = Field("", description="answered day and night; in every alert")
    desk_time_zone: _Zone = Field("Europe/Brussels", description="the desk's clock, shown beside UTC")
    ref_prefix: str = Field("INC", pattern=r"^[A-Z]{2,8}$", description="of references; exercises have EX")
    aim_minutes: int = Field(60, ge=5, le=1440, description="our aim for voluntary requests; never an order's hour")
    outbound_allow: _Names = Field(
        default_factory=list, description="hosts and networks that webhooks may reach beside public ones"
    )
    apprise_allow: _Names = Field(
        default_factory=list, description="services of Apprise that may be used; empty: those of chat, push and SMS"
    )
    limits: _Limits = Field(
        "", description="what providers take: email rate=200/s; apprise:twilio rate=1/s connections=2"
    )
    log_format: Literal["text", "json"] = Field("text", description="how log lines look")
    web_threads: int = Field(64, ge=8, le=256, description="threads of the web server; half of them may be streams")
    canary_seconds: int = Field(60, ge=0, le=3600, description="how often a probe goes to each sink; 0: never")
    canary_mail: _Address = Field("", description="the mailbox that probes go to; without it mail is not probed")
    canary_webhook: _OwnOrWebUrl = Field(
        "", description="where probes are posted; “own” is this desk itself; empty: nowhere"
    )
    canary_apprise: str = Field("", description="where `crisis preflight` sends one message; it may cost money")
    heartbeat_url: _WebUrl = Field(
        "", description="asked only while probes arrive; who watches it alarms when it stops"
    )
    alarm_command: str = Field("", description="run with an alarm on its standard input; no shell")
    alarm_smtp_url: _MailHost = Field("", description="another mail host than that of alerts, for alarms to operators")
    alarm_to: _Names = Field(default_factory=list, description="who of the operators gets alarms by that host")
    demo: bool = Field(False, description="set by `crisis up --demo`: nothing leaves this host")
    demo_webhook_url: str = Field("", description="set by `crisis up --demo`: the simulated platforms' receiver")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, dotenv_settings

    @property
    def database(self) -> str:
        """The URL for SQLAlchemy, with its driver named."""
        if not self.database_url:
            return f"sqlite:///{(self.data_dir / 'crisis.sqlite').absolute()}"
        return self.database_url.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    @property
    def broker(self) -> str:
        """The URL for Celery: the given one, or the socket of the bundled Valkey process."""
        return self.broker_url or f"redis+socket://{self.valkey_socket}"

    @property
    def valkey_socket(self) -> Path:
        """In the data folder; where its path is too long for a socket, in a folder of ours for temporary files."""
        path = (self.data_dir / "valkey.sock").absolute()
        if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES:
            return path
        name = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"crisis-{os.getuid()}-{name}" / "valkey.sock"

    @property
    def sealing_keys(self) -> tuple[str, ...]:
        """The first one seals, all of them open; the key of links and sessions was in use where none is set."""
        return (*self.sealing_key.split(), self.secret_key)

    @property
    def services(self) -> frozenset[str]:
        """The services that Apprise may write to."""
        return frozenset(one.lower() for one in self.apprise_allow) or apprise_services.KNOWN

    @property
    def aim(self) -> timedelta:
        return timedelta(minutes=self.aim_minutes)

    @property
    def author(self) -> str:
        return self.authority_name or self.desk_name

    @property
    def reply_address(self) -> str:
        return self.reply_to or self.mail_from

    @property
    def smtp_connections(self) -> int:
        """How many connections to the mail host all workers together may hold."""
        return setting.smtp_connections(self.smtp_url)

    @property
    def pace(self) -> pace.Limits:
        """The limits of providers, over all processes together."""
        return pace.parse(self.limits, mail_connections=self.smtp_connections)

    @property
    def mail_processes(self) -> int:
        """How many worker processes send mail: SQLite has one writer at a time, so a second would only wait."""
        return 1 if self.is_sqlite else 2

    @property
    def allowed_networks(self) -> list[IPv4Network | IPv6Network]:
        """The entries of ``outbound_allow`` that are networks or addresses."""
        found = []
        for entry in self.outbound_allow:
            try:
                found.append(ip_network(entry, strict=False))
            except ValueError:
                continue
        return found

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """The entries of ``outbound_allow`` that are host names, in lower case."""
        networks = {str(network) for network in self.allowed_networks}
        return frozenset(entry.lower() for entry in self.outbound_allow if entry not in networks)


def load(environment: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """The settings of this process.

    Args:
        environment: instead of the process's own environment (which is then not read, nor ``.env``).
        overrides: values that win over both, by field name.

    Raises:
        InvalidSetting: with the name of the variable and what is expected; stop, and say it.
    """
    own = environment is None
    source: Mapping[str, str] = os.environ if environment is None else environment
    values: dict[str, Any] = {**_from_files(source), **({} if own else _named(source)), **overrides}
    try:
        settings = Settings(**values) if own else Settings(_env_file=None, **{**_blank(), **values})  # type: ignore[call-arg]
    except ValidationError as error:
        raise errors.InvalidSetting("; ".join(_explain(one) for one in error.errors())) from None
    return settings if settings.secret_key else _with_key(settings)


def child_environment(changes: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process that is to read these values, by field name, whatever else is set."""
    ours = {PREFIX + name.upper() for name in changes}
    kept = {name: value for name, value in os.environ.items() if name not in ours and name[: -len("_FILE")] not in ours}
    return {**kept, **{PREFIX + name.upper(): value for name, value in changes.items()}}


def _blank() -> dict[str, Any]:
    return {name: field.get_default(call_default_factory=True) for name, field in Settings.model_fields.items()}


def _named(source: Mapping[str, str]) -> dict[str, str]:
    return {name: source[PREFIX + name.upper()] for name in Settings.model_fields if PREFIX + name.upper() in source}


def _from_files(source: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for name in Settings.model_fields:
        path = source.get(f"{PREFIX}{name.upper()}_FILE")
        if path:
            try:
                found[name] = Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise errors.InvalidSetting(
                    f"{PREFIX}{name.upper()}_FILE: {path} can't be read ({error.strerror}). Name a readable file."
                ) from None
    return found


def _explain(error: Any) -> str:
    name = f"{PREFIX}{str(error['loc'][0]).upper()}" if error["loc"] else PREFIX
    return f"{name}: {str(error['msg']).removeprefix('Value error, ')} (it is {str(error.get('input'))[:60]!r})"


def _with_key(settings: Settings) -> Settings:
    if not settings.is_sqlite:
        raise errors.InvalidSetting(
            "CRISIS_SECRET_KEY: required with PostgreSQL, so that all hosts sign alike. "
            "Set it to a random text of 32 characters or more."
        )
    path = settings.data_dir / _KEY_FILE
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            pass
        else:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(secrets.token_urlsafe(48))
        key = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise errors.InvalidSetting(
            f"CRISIS_DATA_DIR: {settings.data_dir} can't be written ({error.strerror}). Name a folder that can."
        ) from None
    return settings.model_copy(update={"secret_key": key})
