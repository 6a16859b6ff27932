"""What README.md and docs/operating print, taken from there as it is printed."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

# What an integrator has to write is under so many lines.
LINES = 15

# What a fence begins and ends with.
MARKS = ("```", "~~~")


def block(page, heading, language, number=0):
    """What an integrator has to write: the block of a language under a heading, the first without a `number`."""
    text = whole_file(page, heading, language, number)
    assert len(text.splitlines()) < LINES, f"{page}: the {language} under “{heading}” has {LINES} lines or more"
    return text


def whole_file(page, heading, language, number=0):
    """A block that is as long as it has to be."""
    found = [text for said, text in fences(_section(page, heading)) if said == language]
    assert len(found) > number, f"{page}: no {language} block {number} under “{heading}”"
    return found[number]


def named(page, heading, setting):
    """A setting that is named in a sentence under a heading."""
    said = " ".join(_section(page, heading))
    assert f"`{setting}`" in said, f"{page}: `{setting}` is not named under “{heading}”"
    return f"{setting}\n"


def settings(page, heading, service=None):
    """The settings printed under a heading. What they fetch from `https://…` they fetch from `service` instead."""
    text = block(page, heading, "toml")
    if service is None:
        return text
    local, replaced = re.subn(r'(_url = ")https://[^/"]+', rf"\g<1>{service}", text)
    assert replaced == 1, f"{page}: one address of “{heading}” is fetched, and not {replaced}"
    return local


def _section(page, heading):
    """The lines from a heading to the next of its rank."""
    lines, rank, fence = [], None, None
    for line in (ROOT / page).read_text().splitlines():
        if fence is None and line.startswith(MARKS):
            fence = line[:3]
        elif line == fence:
            fence = None
        marks = re.match(r"(#+) ", line)
        if marks and fence is None:
            if rank is not None and len(marks[1]) <= rank:
                return lines
            if line.lstrip("#").strip() == heading:
                rank = len(marks[1])
        if rank is not None:
            lines.append(line)
    assert rank is not None, f"{page}: no heading “{heading}”"
    return lines


def fences(lines):
    """The blocks among lines: the language of each, and its text."""
    fence, text = None, []
    for line in lines:
        if fence is None and line.startswith(MARKS):
            fence, text = line, []
        elif fence is not None and line == fence[:3]:
            yield fence[3:], "".join(text)
            fence = None
        elif fence is not None:
            text.append(f"{line}\n")
