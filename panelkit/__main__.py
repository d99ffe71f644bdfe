"""`python -m panelkit`: the command line."""

from panelkit.cli import main

if __name__ == "__main__":
    main()
