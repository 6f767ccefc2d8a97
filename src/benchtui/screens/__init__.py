"""The console's screens: a module and a style sheet each; no equation, no command string, no SQL."""
