"""Says in one line what is missing before an environment can be made. Runs on any Python 3, before anything is installed."""

import sys

NEEDED = (3, 11)

if sys.version_info[:2] < NEEDED:
    sys.exit("The portal needs Python 3.11 or newer. PYTHON=/path/to/python3.11 make … chooses another than python3.")
try:
    import ensurepip  # noqa: F401 - Debian ships it apart
    import venv  # noqa: F401
except ImportError:
    sys.exit("Missing: python3-venv. Install it with: apt-get install python3-venv")
