"""Writes what CPython prints for test/fixtures/python/language/*.py beside each file.

Run: python tools/python_fixtures.py
"""

import contextlib
import io
import pathlib
import runpy

folder = pathlib.Path(__file__).parent.parent / "test/fixtures/python/language"
for path in sorted(folder.glob("*.py")):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        runpy.run_path(str(path), run_name="model")
    path.with_suffix(".txt").write_text(out.getvalue())
