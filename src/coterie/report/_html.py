# SPDX-License-Identifier: BSD-3-Clause
"""A page of HTML in one file: elements, tables, figures, and how they look. Knows nothing of clusters."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from coterie._base import html
from coterie._base.html import Html as Html
from coterie._base.html import element as element
from coterie._base.html import items as items
from coterie._base.html import join as join
from coterie._base.html import share as share

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #59636e; --paper: #ffffff; --card: #f4f6f8;
  --line: #d5dbe1; --accent: #0b5cad; --bar: #a9cbea; --doubt: #8a4b00; --doubt-card: #fff5e5;
  --shade: rgb(0 0 0 / .28); }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --quiet: #a3adb8; --paper: #14181d; --card: #1f252c; --line: #39424d; --accent: #7ab8f5;
    --bar: #2b5f92; --doubt: #f2bd74; --doubt-card: #2c2418; --shade: rgb(255 255 255 / .3); } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word;
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main, header, nav, footer { max-width: 58rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
h1, h2, h3 { line-height: 1.25; text-wrap: balance; }
h1 { font-size: 2rem; margin: 0 0 .25rem; }
h2 { font-size: 1.45rem; margin: 3rem 0 .75rem; padding-top: .9rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p, ul, ol { margin: .6rem 0; max-width: 46rem; }
ul, ol { padding-left: 1.4rem; }
li { margin: .3rem 0; }
a { color: var(--accent); }
.quiet, figcaption, caption { color: var(--quiet); font-size: .9rem; }
.card { background: var(--card); border-radius: .6rem; padding: .9rem 1.25rem; margin: 1.25rem 0; }
.card.doubts { background: var(--doubt-card); border-left: .3rem solid var(--doubt); }
.card h3 { margin-top: .2rem; }
nav ol { display: flex; flex-wrap: wrap; gap: .2rem 1.6rem; padding: 0; margin: 1rem 0; list-style-position: inside; }
nav li { margin: 0; }
.scroll { overflow-x: auto; margin: 1.1rem 0;  /* shaded edges, which the table's own ends hide */
  background: linear-gradient(to right, var(--paper) 40%, transparent) left / 2.5rem 100% no-repeat local,
    linear-gradient(to left, var(--paper) 40%, transparent) right / 2.5rem 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / .8rem 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / .8rem 100% no-repeat scroll; }
table { border-collapse: collapse; min-width: min(100%, 32rem); font-variant-numeric: tabular-nums; font-size: .92rem; }
caption { text-align: left; padding-bottom: .35rem; }
caption span { display: inline-block; position: sticky; left: 0; max-width: min(46rem, 100vw - 2.5rem); }
th, td { padding: .3rem .7rem .3rem 0; text-align: right; border-bottom: 1px solid var(--line); vertical-align: top; }
thead th { vertical-align: bottom; color: var(--quiet); font-weight: 600; }
tbody th { font-weight: 600; }
.text { text-align: left; }
th.text { max-width: 18rem; }
td.text:not(.short) { min-width: 15rem; }
.short { white-space: nowrap; }
tr.chosen > * { background: var(--card); }
.share { display: inline-block; width: 6rem; height: .8rem; margin-right: .5rem; border-radius: .2rem;
  vertical-align: -.06rem; background: linear-gradient(var(--bar) 0 0) 0 0 / var(--part) 100% no-repeat var(--card); }
figure { margin: 1.4rem 0; }
figure .scroll { --paper: #ffffff; --shade: rgb(0 0 0 / .28); background-color: var(--paper); width: fit-content;
  max-width: 100%; margin: 0; border: 1px solid var(--line); border-radius: .5rem; padding: .5rem; }
figure img { display: block; max-width: 100%; height: auto; }
figcaption { margin-top: .4rem; max-width: 46rem; }
code, pre { font: .88rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--card); border-radius: .5rem; padding: .8rem 1rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
p code, li code { white-space: nowrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
dl { margin: .6rem 0; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .2rem 1.2rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { margin-top: 3.5rem; padding-top: 1rem; padding-bottom: 2.5rem; }
@media (max-width: 44rem) { figure img { max-width: none; width: 40rem; } }
@media (max-width: 34rem) {
  header { padding-top: 1.4rem; } h1 { font-size: 1.6rem; } h2 { font-size: 1.3rem; }
  nav ol { display: block; } dl { display: block; } dd { margin-bottom: .5rem; } .share { width: 3rem; }
  main, header, nav, footer { padding-inline: 1rem; } .card { padding: .7rem .9rem; } ul, ol { padding-left: 1.1rem; }
  th.text { max-width: 11rem; } }
@media print {
  :root { --ink: #000; --quiet: #444; --paper: #fff; --card: #f4f4f4; --line: #bbb; --accent: #000; --bar: #aaa;
    --doubt: #000; --doubt-card: #f4f4f4; color-scheme: light; }
  body { font-size: 10pt; } nav { display: none; } main, header, footer { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; } figure, tr, pre, .card, .scroll { break-inside: avoid; }
  .scroll, figure .scroll { overflow: visible; background: none; }
  figure img { max-width: 100%; max-height: 15cm; width: auto; }
  footer { margin-top: 1rem; padding-bottom: 0; }
  .share { print-color-adjust: exact; } }
"""


def paragraph(*children: object, **attributes: object) -> Html:
    return element("p", *children, **attributes)


def card(*children: object, doubts: bool = False) -> Html:
    return element("div", *children, class_="card doubts" if doubts else "card")


def code(text: str) -> Html:
    """Lines to copy."""
    return element("pre", element("code", text))


def facts(pairs: Sequence[tuple[str, object]]) -> Html:
    return element("dl", *(join(element("dt", name), element("dd", value)) for name, value in pairs))


def table(
    caption: str,
    header: Sequence[object],
    rows: Sequence[Sequence[object]],
    text: Sequence[int] = (),
    chosen: int | None = None,
) -> Html:
    """A table whose first column names the rows and whose others are numbers, but for those in `text`.

    A table that is too wide can be scrolled by itself. `chosen` is the row to be set off.
    """
    set_off = () if chosen is None else (chosen,)
    return _scrolled(html.table(header, rows, text, set_off, element("span", caption)), caption)


def _scrolled(content: Html, called: str) -> Html:
    """A box of its own for what may be wider than the page."""
    return element("div", content, class_="scroll", role="region", aria_label=called, tabindex="0")


@dataclass
class Picture:
    """An image file to be shown, `kind` being "svg+xml" or "png", `width` the CSS pixels it wants."""

    content: bytes
    kind: str
    alt: str
    width: int


Draw: TypeAlias = Callable[[str], Picture | None]  # draws a picture by its name, where there is something to draw


def figure(picture: Picture | None, caption: object) -> Html:
    """A picture within the page, on a white card, as it has no background; nothing where there is none."""
    if picture is None:
        return Html()
    data = base64.b64encode(picture.content).decode("ascii")
    image = element("img", src=f"data:image/{picture.kind};base64,{data}", alt=picture.alt, width=picture.width)
    return element("figure", _scrolled(image, picture.alt), element("figcaption", caption))


@dataclass
class Section:
    """A chapter; `name` is what links to it go by."""

    name: str
    title: str
    content: list[Html] = field(default_factory=list)


def page(title: str, head: Sequence[Html], sections: Sequence[Section], foot: object) -> str:
    """The whole page: title, what stands above the table of contents, chapters, the line at the end."""
    contents = element(
        "nav",
        items([element("a", section.title, href=f"#{section.name}") for section in sections], ordered=True),
        aria_label="Contents",
    )
    chapters = [
        element(
            "section", element("h2", section.title, id=section.name), *section.content, aria_labelledby=section.name
        )
        for section in sections
    ]
    document = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", Html(_STYLE)),
        ),
        element(
            "body",
            element("header", element("h1", title), *head),
            contents,
            element("main", *chapters),
            element("footer", paragraph(foot, class_="quiet")),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{document}\n"
