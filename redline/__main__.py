"""``python -m redline``: the same as the command ``redline``."""

from redline.cli import main

if __name__ == "__main__":
    main()
