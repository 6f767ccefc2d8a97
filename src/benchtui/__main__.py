"""``python -m benchtui`` is the command ``benchtui``."""

from benchtui.cli import main

if __name__ == "__main__":
    main()
