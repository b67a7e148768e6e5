"""`python -m forbear` is the command `forbear`."""

from forbear.config.cli import main

raise SystemExit(main())
