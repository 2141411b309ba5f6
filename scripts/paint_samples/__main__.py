"""`python -m scripts.paint_samples`."""

import sys

from .main import main

sys.exit(main())
