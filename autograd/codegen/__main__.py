"""The command `python -m autograd.translate`."""

import sys

from autograd.translate import main

if __name__ == "__main__":
    sys.exit(main())
