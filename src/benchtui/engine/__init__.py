"""The engine: the process that owns the bench. It runs procedures, records, aborts, resumes; faces attach to it."""
