"""Screens and widgets; the only layer that knows Qt."""

from villagefp.ui.qt import import_as_python_does

import_as_python_does()
