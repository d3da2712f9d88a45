"""Colours as named tokens, in three sets; nothing else in the program names a colour."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One set of colours; every text colour reads at 4.5 : 1 or better on the ground it is used on."""

    ground: str
    surface: str
    line: str
    border: str
    text: str
    second: str
    faint: str
    accent: str
    accent_strong: str
    on_accent: str
    weak: str
    on_weak: str
    hover: str
    red: str
    on_red: str
    yellow: str
    on_yellow: str
    soon: str
    on_soon: str
    done: str
    on_done: str
    focus: str
    border_width: int = 1


LIGHT = Tokens(
    ground="#F6F7F5", surface="#FFFFFF", line="#D5DAD8", border="#7A828A", text="#1F2328", second="#57606A",
    faint="#7A828A", accent="#0F766E", accent_strong="#0B5C56", on_accent="#FFFFFF", weak="#E3F1EF",
    on_weak="#0B5C56", hover="#EDF0EE", red="#FEE4E2", on_red="#B42318", yellow="#FEF3C7", on_yellow="#92400E",
    soon="#E0EAFF", on_soon="#1D4ED8", done="#DCFCE7", on_done="#166534", focus="#0F766E",
)  # fmt: skip
DARK = Tokens(
    ground="#16191D", surface="#1D2126", line="#333A42", border="#78828D", text="#E6EDF3", second="#9BA7B4",
    faint="#8490A0", accent="#5EC4B8", accent_strong="#8ADBD1", on_accent="#06211E", weak="#17332F",
    on_weak="#8ADBD1", hover="#262B31", red="#43201C", on_red="#FFB4AB", yellow="#3A2C0E", on_yellow="#F5CE7A",
    soon="#1B2B4A", on_soon="#A9C7FF", done="#15331F", on_done="#8FE3AB", focus="#5EC4B8",
)  # fmt: skip
CONTRAST = Tokens(
    ground="#000000", surface="#000000", line="#FFFFFF", border="#FFFFFF", text="#FFFFFF", second="#FFFFFF",
    faint="#FFFFFF", accent="#FFFFFF", accent_strong="#FFFFFF", on_accent="#000000", weak="#1F1F1F",
    on_weak="#FFFFFF", hover="#2A2A2A", red="#000000", on_red="#FFB4AB", yellow="#000000", on_yellow="#FFE27A",
    soon="#000000", on_soon="#BBD4FF", done="#000000", on_done="#A6F0BD", focus="#FFE100", border_width=2,
)  # fmt: skip
