"""Found first by every Python process of the services: lets the harness reach into them, where it asks to."""

import os
from pathlib import Path

if "FAULTS_FOLDER" in os.environ:
    from tests.faults.inject import install

    install(Path(os.environ["FAULTS_FOLDER"]))
