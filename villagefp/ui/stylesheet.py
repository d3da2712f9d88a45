"""The stylesheet, made of tokens: padding, borders and radii of standard widgets are set here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from villagefp import paths
from villagefp.ui.tokens import LIGHT, Tokens

_ARROW = (paths.resources_dir() / "icons" / "arrow.svg").as_posix()
"""In a grey that can be seen on every ground: a stylesheet cannot tint a picture."""


def _tick(t: Tokens) -> str:
    name = "tick-light" if t.on_accent == LIGHT.on_accent else "tick-dark"
    return (paths.resources_dir() / "icons" / f"{name}.svg").as_posix()


def stylesheet(tokens: Tokens, px: Callable[[int], int]) -> str:
    """The whole application's stylesheet for one set of tokens at one text size."""
    return "\n".join(
        (_text(tokens, px), _buttons(tokens, px), _fields(tokens, px), _lists(tokens, px), _frame(tokens, px))
    )


def _text(t: Tokens, px: Callable[[int], int]) -> str:
    return f"""
QWidget {{ color: {t.text}; }}
QMainWindow, QDialog {{ background: {t.ground}; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {px(20)}px; font-weight: 700; }}
QLabel[role="section"] {{ font-size: {px(16)}px; font-weight: 700; }}
QLabel[role="strong"] {{ font-weight: 700; }}
QLabel[role="big"] {{ font-size: {px(28)}px; font-weight: 700; }}
QLabel[role="second"] {{ color: {t.second}; font-size: {px(13)}px; }}
QLabel[role="label"] {{ color: {t.second}; font-size: {px(13)}px; }}
QLabel[role="error"] {{ color: {t.on_red}; font-size: {px(13)}px; }}
QLabel[role="ask"] {{ color: {t.on_yellow}; font-size: {px(13)}px; }}
QLabel[role="code"] {{ font-size: {px(20)}px; font-weight: 700; letter-spacing: 1px; }}
QLabel[role="tag"] {{ color: {t.second}; background: {t.hover}; border-radius: 4px; padding: 1px 6px;
  font-size: {px(12)}px; }}
QLabel[role="tag-accent"] {{ color: {t.on_weak}; background: {t.weak}; border-radius: 4px; padding: 1px 6px;
  font-size: {px(12)}px; }}
QLabel[role="tag-yellow"] {{ color: {t.on_yellow}; background: {t.yellow}; border-radius: 4px; padding: 1px 6px;
  font-size: {px(12)}px; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.line}; padding: 4px 8px; }}
"""


def _buttons(t: Tokens, px: Callable[[int], int]) -> str:
    height, thin, thick = px(30), t.border_width, max(2, t.border_width)
    side = 14 - thin
    return f"""
QPushButton {{ background: {t.surface}; border: {thin}px solid {t.border}; border-radius: 6px;
  padding: 0 {side}px; min-height: {height}px; }}
QPushButton:hover {{ background: {t.hover}; }}
QPushButton:pressed {{ background: {t.line}; }}
QPushButton:disabled {{ color: {t.faint}; border-color: {t.line}; background: {t.ground}; }}
QPushButton:focus {{ border: {thick}px solid {t.focus}; padding: 0 {side - (thick - thin)}px; }}
QPushButton[kind="primary"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent};
  font-weight: 700; }}
QPushButton[kind="primary"]:hover {{ background: {t.accent_strong}; }}
QPushButton[kind="primary"]:focus {{ border: {thick}px solid {t.text}; }}
QPushButton[kind="primary"]:disabled {{ background: {t.line}; border-color: {t.line}; color: {t.second}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; color: {t.accent_strong}; }}
QPushButton[kind="quiet"]:hover {{ background: {t.weak}; }}
QPushButton[kind="quiet"]:focus {{ border-color: {t.focus}; }}
QPushButton[kind="link"] {{ background: transparent; border: {thick}px solid transparent; color: {t.accent_strong};
  padding: 0 4px; min-height: {px(24)}px; text-align: left; }}
QPushButton[kind="link"]:hover {{ text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border-color: {t.focus}; }}
QPushButton[kind="step"] {{ background: transparent; border: {thick}px solid transparent; text-align: left;
  font-size: {px(13)}px; padding: 0 8px; min-height: {px(32)}px; }}
QPushButton[kind="step"]:hover {{ background: {t.hover}; }}
QPushButton[kind="step"]:checked {{ background: {t.weak}; color: {t.on_weak}; font-weight: 700; }}
QPushButton[kind="step"]:focus {{ border-color: {t.focus}; }}
QPushButton::menu-indicator {{ width: 0; }}
QToolButton {{ background: transparent; border: {thick}px solid transparent; border-radius: 6px; padding: 4px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:focus {{ border-color: {t.focus}; }}
QMenu {{ background: {t.surface}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.weak}; color: {t.on_weak}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
"""


def _fields(t: Tokens, px: Callable[[int], int]) -> str:
    height, thin, thick = px(30), t.border_width, max(2, t.border_width)
    return f"""
QLineEdit, QComboBox, QPlainTextEdit, QSpinBox {{ background: {t.surface}; border: {thin}px solid {t.border};
  border-radius: 6px; padding: 0 {9 - thin}px; min-height: {height}px;
  selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QPlainTextEdit {{ padding: 4px {9 - thin - 4}px; }}
QLineEdit:focus, QComboBox:focus, QPlainTextEdit:focus, QSpinBox:focus {{ border: {thick}px solid {t.focus};
  padding-left: {9 - thick}px; padding-right: {9 - thick}px; }}
QPlainTextEdit:focus {{ padding: {4 + thin - thick}px {9 - thick - 4}px; }}
QLineEdit:disabled, QLineEdit:read-only {{ background: {t.ground}; border-color: {t.line}; color: {t.second}; }}
QLineEdit[wrong="yes"], QComboBox[wrong="yes"], QPlainTextEdit[wrong="yes"] {{ border-color: {t.on_red}; }}
QComboBox::drop-down {{ border: none; width: {px(24)}px; }}
QComboBox::down-arrow {{ image: url("{_ARROW}"); width: {px(14)}px; height: {px(14)}px; }}
QComboBox QAbstractItemView {{ background: {t.surface}; border: 1px solid {t.line}; outline: 0; padding: 4px;
  selection-background-color: {t.weak}; selection-color: {t.on_weak}; }}
QCheckBox, QRadioButton {{ spacing: 8px; min-height: {px(24)}px; border: {thick}px solid transparent;
  border-radius: 6px; padding: 0 4px; background: transparent; }}
QCheckBox::indicator {{ width: {px(16)}px; height: {px(16)}px; border: {thin}px solid {t.border}; border-radius: 4px;
  background: {t.surface}; }}
QCheckBox::indicator:checked {{ background: {t.accent}; border-color: {t.accent}; image: url("{_tick(t)}"); }}
QCheckBox:focus, QRadioButton:focus {{ border-color: {t.focus}; }}
QProgressBar {{ background: {t.line}; border: none; border-radius: 3px; min-height: 6px; max-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
"""


def _lists(t: Tokens, px: Callable[[int], int]) -> str:
    thick = max(2, t.border_width)
    return f"""
QAbstractScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
QTableView, QListView, QListWidget {{ background: {t.surface}; border: 1px solid {t.line};
  margin: {thick - 1}px; border-radius: 6px; outline: 0; gridline-color: {t.line};
  alternate-background-color: {t.surface}; }}
QTableView:focus, QListView:focus {{ border: {thick}px solid {t.focus}; margin: 0; }}
QTableView::item {{ padding: 0 8px; border-bottom: 1px solid {t.line}; }}
QTableView::item:selected, QListView::item:selected {{ background: {t.weak}; color: {t.on_weak}; }}
QTableView::item:hover:!selected, QListView::item:hover:!selected {{ background: {t.hover}; }}
QHeaderView {{ background: {t.surface}; border: none; }}
QHeaderView::section {{ background: {t.surface}; color: {t.second}; border: none; border-bottom: 1px solid {t.line};
  padding: 0 8px; min-height: {px(32)}px; font-size: {px(13)}px; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {t.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def _frame(t: Tokens, px: Callable[[int], int]) -> str:
    thick = max(2, t.border_width)
    return f"""
QFrame[frame="card"] {{ background: {t.surface}; border: {t.border_width}px solid {t.line}; border-radius: 6px; }}
QFrame[frame="rule"] {{ background: {t.line}; border: none; max-height: 1px; min-height: 1px; }}
QFrame[frame="rail"] {{ background: {t.hover}; border: none; border-right: 1px solid {t.line}; }}
QFrame[frame="rail"] QPushButton {{ background: transparent; border: {thick}px solid transparent; border-radius: 6px;
  text-align: left; padding: 0 10px; min-height: {px(34)}px; }}
QFrame[frame="rail"] QPushButton:hover {{ background: {t.line}; }}
QFrame[frame="rail"] QPushButton:checked {{ background: {t.surface}; color: {t.on_weak}; font-weight: 700; }}
QFrame[frame="rail"] QPushButton:focus {{ border-color: {t.focus}; }}
QFrame[frame="strip"] {{ background: {t.ground}; border: none; border-top: 1px solid {t.line}; }}
QFrame[frame="top"] {{ background: {t.surface}; border: none; border-bottom: 1px solid {t.line}; }}
QFrame[frame="foot"] {{ background: {t.surface}; border: none; border-top: 1px solid {t.line}; }}
QFrame[frame="practice"] {{ background: {t.yellow}; border: none; }}
QFrame[frame="practice"] QLabel {{ color: {t.on_yellow}; font-weight: 700; }}
QFrame[frame="banner-error"] {{ background: {t.red}; border: 1px solid {t.on_red}; border-radius: 6px; }}
QFrame[frame="banner-error"] QLabel {{ color: {t.on_red}; }}
QFrame[frame="banner-done"] {{ background: {t.done}; border: 1px solid {t.on_done}; border-radius: 6px; }}
QFrame[frame="banner-done"] QLabel {{ color: {t.on_done}; }}
QFrame[frame="banner-ask"] {{ background: {t.yellow}; border: 1px solid {t.on_yellow}; border-radius: 6px; }}
QFrame[frame="banner-ask"] QLabel {{ color: {t.on_yellow}; }}
QFrame[frame="sign-R"] {{ background: {t.red}; border: {t.border_width}px solid {t.on_red}; border-radius: 6px; }}
QFrame[frame="sign-R"] QLabel {{ color: {t.on_red}; }}
QFrame[frame="sign-Y"] {{ background: {t.yellow}; border: {t.border_width}px solid {t.on_yellow};
  border-radius: 6px; }}
QFrame[frame="sign-Y"] QLabel {{ color: {t.on_yellow}; }}
QFrame[frame="sign-G"] {{ background: {t.soon}; border: {t.border_width}px solid {t.on_soon}; border-radius: 6px; }}
QFrame[frame="sign-G"] QLabel {{ color: {t.on_soon}; }}
QFrame[frame="choice"] {{ background: transparent; border: {thick}px solid transparent; border-radius: 6px; }}
QFrame[frame="choice"]:focus {{ border-color: {t.focus}; }}
QLabel[frame="page"] {{ border: 1px solid {t.line}; }}
QFrame[frame="results"] {{ background: {t.surface}; border: 1px solid {t.border}; border-radius: 6px; }}
QFrame[frame="results"] QListView {{ border: none; margin: 0; }}
"""
