"""`python -m tests.mutation --sample N --seed S`: see `--help`."""

from .command import main

raise SystemExit(main())
