"""Brings a record's schema up to date with sqlite-utils; imported only when there is something to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlite_utils import Database, Migrations

from benchtui.records.schema import APPLICATION_ID, STEPS

if TYPE_CHECKING:
    import sqlite3


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the steps that the file does not have yet, each with its version number in one transaction.

    The table ``_sqlite_migrations`` that sqlite-utils keeps tells which were applied; it is not part of the
    record.
    """
    migrations = Migrations("benchtui.records")
    for version, (name, script) in enumerate(STEPS, start=1):

        def step(database: Database, version: int = version, script: str = script) -> None:
            database.executescript(script)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {version}")

        migrations(name=name)(step)
    migrations.apply(Database(connection))
