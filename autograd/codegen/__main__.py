"""The command `python -m autograd.codegen`."""

import sys

from autograd.codegen import main

if __name__ == "__main__":
    sys.exit(main())
