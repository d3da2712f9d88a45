"""What is not imported before the first paint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from villagefp.storage import store
from villagefp.ui import entering

HEAVY = (
    "sqlalchemy", "alembic", "sqlcipher3", "nacl", "msgspec", "reportlab", "pypdfium2", "elementpath", "requests",
    "python_calamine", "xlsxwriter", "borax", "villagefp.services", "villagefp.storage",
)  # fmt: skip
PROGRAM = """
import sys
from pathlib import Path

from villagefp.app import application, build_window
from villagefp.domain.ambient import Ambient
app = application([])
window = build_window(Path(sys.argv[1]), Ambient())
def painted():
    print(" ".join(name for name in sys.argv[2:] if name in sys.modules))
    window.close()
    app.quit()
window.painted.connect(painted)
window.show()
app.exec()
"""


def test_nothing_heavy_is_imported_before_the_first_paint(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"")  # there is a store: the sign-in screen is shown
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), *HEAVY],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.strip() == ""


def test_the_store_is_called_as_the_storage_calls_it() -> None:
    assert entering.DATABASE == store.DATABASE


def test_importing_reads_no_sources_to_keep() -> None:
    program = (
        "import builtins, linecache, villagefp.app\nfrom PySide6 import QtPrintSupport\n"
        "from villagefp.ui import registry\nregistry.warm_up()\n"
        "print(builtins.__import__ is builtins.__orig_import__, [f for f in linecache.cache if f.endswith('store.py')])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert run.stdout.strip() == "True []"


def test_a_table_does_not_make_the_types_of_all_widgets() -> None:
    program = """
from PySide6 import QtWidgets
from villagefp.app import application
from villagefp.ui.models.table import Column, TableModel
from villagefp.ui.widgets.table import Table
application([])
table = Table(TableModel([Column("name", str)]), "people")
table.show()
table.resize(300, 200)
print("QWizard" in vars(QtWidgets), table.viewport() is not None and "QWizard" in vars(QtWidgets))
"""
    run = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert run.stdout.strip() == "False True"
