"""Signs that the registry has changed: by them a process knows whether what it remembers of it still holds."""

from sqlalchemy.orm import Mapped, mapped_column

from crisis.store.models.base import Base


class RegistryChange(Base):
    """Written by triggers in the transaction of the change, whoever makes it; on SQLite the last one only."""

    __tablename__ = "registry_change"

    id: Mapped[str] = mapped_column(primary_key=True)  # never the same twice
