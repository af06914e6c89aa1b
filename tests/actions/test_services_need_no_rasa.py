"""`actions.services` is plain Python: it can be used and tested without Rasa and its SDK."""

import subprocess
import sys

from assistant.paths import ROOT

MODULES = sorted(path.stem for path in (ROOT / "actions" / "services").glob("*.py"))


def test_importing_them_all_imports_no_rasa():
    imports = "; ".join(f"import actions.services.{name}" for name in MODULES if name != "__init__")
    code = f"{imports}; import sys; print([name for name in sys.modules if name.startswith('rasa')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
