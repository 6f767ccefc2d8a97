"""The tables of the record, as SQL, and the rules that SQLite itself enforces.

- Every table is STRICT and append-only: triggers refuse UPDATE and DELETE.
- ``journal`` carries everything: each row of another table has the ``seq`` of the journal entry whose body
  it is.
- The journal grows at its end only, and a row can be added only right after its own journal entry. An
  ``INSERT OR REPLACE`` therefore cannot slip an older row away under the DELETE triggers.
- A number that is printed is TEXT. Columns in :data:`JSON_COLUMNS` hold canonical JSON.

The triggers guard against mistakes, not against somebody with a text editor for databases; that is what the
hash chain, :func:`~benchtui.records.verification.verify` and the head printed on each certificate are for.

A published step never changes. A new version of the schema is a new step at the end of :data:`STEPS`; the
number of steps is the file's ``user_version``.
"""

from __future__ import annotations

APPLICATION_ID = int.from_bytes(b"bTUI", "big")
"""Written into the file's header, so that another program's SQLite file is not taken for a record."""

_FIRST_TABLES = (
    "job", "item", "point", "standard", "environment", "attempt", "standard_use", "reading", "attempt_end",
    "result", "event", "certificate", "certificate_file",
)  # fmt: skip
TABLES = (*_FIRST_TABLES, "waveform", "wire_piece")
"""The tables beside the journal; the ``kind`` of a journal entry is one of them."""

_SINCE = {"waveform": 2, "wire_piece": 3}
"""The version of the schema with which a table came, where that is not the first."""

JSON_COLUMNS = frozenset({"body", "tables", "wiring", "instruments", "flags", "samples"})

_TABLES_1 = """
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,
  at TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  prev TEXT NOT NULL CHECK (length(prev) = 64),
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64)
) STRICT;
CREATE INDEX journal_kind ON journal (kind, seq);

CREATE TABLE job (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  number TEXT NOT NULL UNIQUE,
  customer TEXT NOT NULL,
  uut TEXT NOT NULL,
  source TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

CREATE TABLE item (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  job TEXT NOT NULL REFERENCES job (number),
  item TEXT NOT NULL,
  method TEXT NOT NULL,
  tables TEXT NOT NULL CHECK (json_valid(tables)),
  UNIQUE (job, item)
) STRICT;

CREATE TABLE point (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  job TEXT NOT NULL,
  item TEXT NOT NULL,
  position INTEGER NOT NULL CHECK (position >= 1),
  key TEXT NOT NULL,
  module TEXT NOT NULL,
  range TEXT NOT NULL,
  span TEXT NOT NULL,
  setpoint TEXT NOT NULL,
  unit TEXT NOT NULL,
  readings INTEGER NOT NULL CHECK (readings >= 1),
  body TEXT NOT NULL CHECK (json_valid(body)),
  UNIQUE (job, item, key),
  UNIQUE (job, item, position),
  FOREIGN KEY (job, item) REFERENCES item (job, item)
) STRICT;

CREATE TABLE standard (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  name TEXT NOT NULL,
  serial TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body)),
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  UNIQUE (name, sha256)
) STRICT;
CREATE INDEX standard_serial ON standard (serial);

CREATE TABLE environment (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  job TEXT NOT NULL REFERENCES job (number),
  temperature TEXT NOT NULL,
  temperature_u TEXT NOT NULL,
  humidity TEXT NOT NULL,
  humidity_u TEXT NOT NULL,
  mains_voltage TEXT NOT NULL,
  mains_frequency TEXT NOT NULL
) STRICT;
CREATE INDEX environment_job ON environment (job);

CREATE TABLE attempt (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  job TEXT NOT NULL,
  item TEXT NOT NULL,
  point TEXT NOT NULL,
  number INTEGER NOT NULL CHECK (number >= 1),
  wiring TEXT NOT NULL CHECK (json_valid(wiring)),
  operator TEXT NOT NULL,
  program TEXT NOT NULL,
  instruments TEXT NOT NULL CHECK (json_valid(instruments)),
  UNIQUE (job, item, point, number),
  FOREIGN KEY (job, item, point) REFERENCES point (job, item, key)
) STRICT;

CREATE TABLE standard_use (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL REFERENCES attempt (seq),
  role TEXT NOT NULL,
  standard INTEGER NOT NULL REFERENCES standard (seq),
  UNIQUE (attempt, role)
) STRICT;
CREATE INDEX standard_use_standard ON standard_use (standard);

CREATE TABLE reading (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL REFERENCES attempt (seq),
  role TEXT NOT NULL,
  purpose TEXT NOT NULL CHECK (purpose IN ('settling', 'reading')),
  raw TEXT NOT NULL,
  value TEXT NOT NULL,
  unit TEXT NOT NULL,
  flags TEXT NOT NULL CHECK (json_valid(flags)),
  span TEXT NOT NULL,
  t0 TEXT NOT NULL,
  t1 TEXT NOT NULL
) STRICT;
CREATE INDEX reading_attempt ON reading (attempt);

CREATE TABLE attempt_end (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL UNIQUE REFERENCES attempt (seq),
  state TEXT NOT NULL CHECK (state IN ('done', 'interrupted', 'failed')),
  reason TEXT NOT NULL
) STRICT;

CREATE TABLE result (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL REFERENCES attempt (seq),
  method TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX result_attempt ON result (attempt);

CREATE TABLE event (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  job TEXT REFERENCES job (number),
  kind TEXT NOT NULL,
  body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX event_job ON event (job);

CREATE TABLE certificate (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  number TEXT NOT NULL UNIQUE,
  job TEXT NOT NULL REFERENCES job (number),
  language TEXT NOT NULL CHECK (language IN ('zh', 'en', 'both')),
  head_seq INTEGER NOT NULL REFERENCES journal (seq),
  head_hash TEXT NOT NULL REFERENCES journal (hash),
  supersedes TEXT REFERENCES certificate (number),
  reason TEXT NOT NULL
) STRICT;
CREATE INDEX certificate_job ON certificate (job);

CREATE TABLE certificate_file (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  certificate TEXT NOT NULL REFERENCES certificate (number),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
  size INTEGER NOT NULL CHECK (size >= 0),
  content BLOB NOT NULL CHECK (length(content) = size),
  UNIQUE (certificate, name)
) STRICT;

CREATE VIEW attempt_state AS
SELECT a.*, begun.at AS started, coalesce(e.state, 'open') AS state, coalesce(e.reason, '') AS reason,
  coalesce(ended.at, '') AS ended
FROM attempt a
JOIN journal begun ON begun.seq = a.seq
LEFT JOIN attempt_end e ON e.attempt = a.seq
LEFT JOIN journal ended ON ended.seq = e.seq;

CREATE VIEW valid_result AS
SELECT a.job, a.item, a.point, a.seq AS attempt, r.seq AS result
FROM attempt a
JOIN result r ON r.seq = (SELECT max(newest.seq) FROM result newest WHERE newest.attempt = a.seq)
WHERE a.number = (
  SELECT max(b.number) FROM attempt b JOIN attempt_end e ON e.attempt = b.seq AND e.state = 'done'
  WHERE b.job = a.job AND b.item = a.item AND b.point = a.point
);
"""

_RULES_1 = """
CREATE TRIGGER journal_grows BEFORE INSERT ON journal
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  OR NEW.prev IS NOT coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), printf('%064d', 0))
BEGIN SELECT RAISE(ABORT, 'the journal grows at its end only'); END;

CREATE TRIGGER attempt_follows BEFORE INSERT ON attempt
WHEN NEW.number <> (SELECT count(*) + 1 FROM attempt
    WHERE job = NEW.job AND item = NEW.item AND point = NEW.point)
  OR EXISTS (SELECT 1 FROM attempt a LEFT JOIN attempt_end e ON e.attempt = a.seq
    WHERE a.job = NEW.job AND a.item = NEW.item AND a.point = NEW.point AND e.seq IS NULL)
BEGIN SELECT RAISE(ABORT, 'an attempt at this point is still open'); END;

CREATE TRIGGER reading_of_open_attempt BEFORE INSERT ON reading
WHEN EXISTS (SELECT 1 FROM attempt_end WHERE attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the attempt has ended'); END;

CREATE TRIGGER result_of_sound_attempt BEFORE INSERT ON result
WHEN EXISTS (SELECT 1 FROM attempt_end WHERE attempt = NEW.attempt AND state <> 'done')
BEGIN SELECT RAISE(ABORT, 'the attempt was interrupted or failed'); END;

CREATE TRIGGER certificate_head BEFORE INSERT ON certificate
WHEN NOT EXISTS (SELECT 1 FROM journal WHERE seq = NEW.head_seq AND hash = NEW.head_hash)
BEGIN SELECT RAISE(ABORT, 'the head on the certificate is not in the journal'); END;
"""


def _append_only(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table}
BEGIN SELECT RAISE(ABORT, 'the record is append-only'); END;
"""


def _own_entry(table: str) -> str:
    return f"""
CREATE TRIGGER {table}_own_entry BEFORE INSERT ON {table}
WHEN NOT EXISTS (SELECT 1 FROM journal
  WHERE seq = NEW.seq AND kind = '{table}' AND seq = (SELECT max(seq) FROM journal))
BEGIN SELECT RAISE(ABORT, 'a row needs its own journal entry'); END;
"""  # noqa: S608 - names from this module


_TABLES_2 = """
CREATE TABLE waveform (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL REFERENCES attempt (seq),
  role TEXT NOT NULL,
  raw TEXT NOT NULL,
  samples TEXT NOT NULL CHECK (json_valid(samples)),
  unit TEXT NOT NULL,
  start TEXT NOT NULL,
  step TEXT NOT NULL,
  step_unit TEXT NOT NULL,
  flags TEXT NOT NULL CHECK (json_valid(flags)),
  span TEXT NOT NULL,
  t0 TEXT NOT NULL,
  t1 TEXT NOT NULL
) STRICT;
CREATE INDEX waveform_attempt ON waveform (attempt);

CREATE TRIGGER waveform_of_open_attempt BEFORE INSERT ON waveform
WHEN EXISTS (SELECT 1 FROM attempt_end WHERE attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the attempt has ended'); END;
"""


_TABLES_3 = """
CREATE TABLE wire_piece (
  seq INTEGER PRIMARY KEY REFERENCES journal (seq),
  attempt INTEGER NOT NULL REFERENCES attempt (seq),
  role TEXT NOT NULL,
  instrument TEXT NOT NULL,
  moment TEXT NOT NULL,
  direction TEXT NOT NULL CHECK (direction IN ('out', 'in', 'stale')),
  length INTEGER NOT NULL CHECK (length >= 1),
  octets TEXT NOT NULL
) STRICT;
CREATE INDEX wire_piece_attempt ON wire_piece (attempt);

CREATE TRIGGER wire_piece_of_open_attempt BEFORE INSERT ON wire_piece
WHEN EXISTS (SELECT 1 FROM attempt_end WHERE attempt = NEW.attempt)
BEGIN SELECT RAISE(ABORT, 'the attempt has ended'); END;
"""


def _rules(*tables: str) -> str:
    """Return the triggers that every table but the journal has."""
    return "".join([*map(_append_only, tables), *map(_own_entry, tables)])


STEPS: tuple[tuple[str, str], ...] = (
    (
        "s001_record",
        "".join(
            [
                _TABLES_1,
                _RULES_1,
                *(_append_only(table) for table in ("journal", *_FIRST_TABLES)),
                *(_own_entry(table) for table in _FIRST_TABLES),
            ]
        ),
    ),
    ("s002_waveform", _TABLES_2 + _rules("waveform")),
    ("s003_wire_piece", _TABLES_3 + _rules("wire_piece")),
)
"""Names and scripts of the steps that lead from an empty file to the schema of today."""

VERSION = len(STEPS)


def tables_at(version: int) -> tuple[str, ...]:
    """Return the tables that a record of schema *version* has: one that is only read is not brought up to date."""
    return tuple(table for table in TABLES if _SINCE.get(table, 1) <= version)
