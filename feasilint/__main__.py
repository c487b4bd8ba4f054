"""`python -m feasilint`."""

from feasilint.cli import main

raise SystemExit(main())
