"""``python -m sideman``: the command line."""

from sideman.cli import main

if __name__ == "__main__":
    main()
