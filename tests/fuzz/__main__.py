"""`python -m tests.fuzz --graphs N --seed S`: see `--help`."""

from .command import main

raise SystemExit(main())
