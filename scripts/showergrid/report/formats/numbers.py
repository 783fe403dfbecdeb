"""Numbers as tables and figures print them."""

from __future__ import annotations


def number(value: float, digits: int = 3) -> str:
    """A number with `digits` decimals and without the leading zero: .892, -.031."""
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def short(value: float, digits: int = 3) -> str:
    """A share as `number` writes it, but shortened to 1.0 if it is one."""
    text = number(value, digits)
    return "1.0" if float(text) == 1 else text


def signed(value: float) -> str:
    """A difference as `number` writes it, with its sign."""
    text = number(abs(value))
    sign = "" if float(text) == 0 else "+" if value > 0 else "\N{MINUS SIGN}"
    return sign + text
