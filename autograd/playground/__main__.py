"""The command `python -m autograd.playground`."""

import sys

from autograd.playground.build import main

sys.exit(main())
