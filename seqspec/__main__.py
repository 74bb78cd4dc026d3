"""`python -m seqspec`."""

import sys

from seqspec.cli import main

sys.exit(main())
