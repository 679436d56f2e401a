"""One file of HTML that holds everything a page needs: nothing is fetched.

Its style and its script are the files of `assets`, its data are JSON. No text of a user
ends the script, or is read as markup.
"""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from gradcalc.strict_json import write_json
from gradcalc.wording import printable

_ASSETS = Path(__file__).parent / "assets"

# Inside a script nothing may look like its end. U+2028 and U+2029, which once ended a
# line of JavaScript, `write_json` escapes itself.
_IN_SCRIPT = str.maketrans({each: f"\\u{ord(each):04x}" for each in "<>&"})

# Lines that are comments, of a script or a style, and empty ones.
_COMMENTS = re.compile(r"^ *(//.*|/\*[^*]*\*/)?\n", re.MULTILINE)
# What a style has in the dark: `@dark { ... }`, and what stands for it in a page.
_DARK = re.compile(r"^@dark \{\n(.*?)^\}\n", re.MULTILINE | re.DOTALL)
_IN_THE_DARK = """\
@media (prefers-color-scheme: dark) {
:root:not([data-theme="light"]) {
\\1}
}
:root[data-theme="dark"] {
\\1}
"""

# The page may run and draw what stands in it, and ask for nothing.
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "script-src 'unsafe-inline'",
        "img-src data:",
    ]
)

_DOCUMENT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="gradcalc">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
{body}
<script type="application/json" id="data">{data}</script>
<script>
(() => {{
"use strict";
{script}}})();
</script>
</body>
</html>"""


def document(
    title: str,
    body: str,
    *,
    styles: Iterable[str],
    scripts: Iterable[str],
    data: Any,
    definitions: str = "",
) -> str:
    """The page: `body` is markup, `styles` and `scripts` name assets, in order.

    Before the scripts stand the `definitions`, which are made for this page.

    `data` is what the script reads of the element "data"; NaN and the infinities in it
    are strings, as `json_value` makes them.
    """
    return _DOCUMENT.format(
        policy=escape(_POLICY),
        title=escaped(title),
        style=_style(styles),
        body=body,
        data=write_json(data).translate(_IN_SCRIPT),
        script=definitions + _code(scripts),
    )


def _code(names: Iterable[str]) -> str:
    """What the assets hold, without their comments: pages need not carry these."""
    return _COMMENTS.sub("", "".join(map(asset, names)))


def _style(names: Iterable[str]) -> str:
    """The styles. What is of the dark holds where it is chosen, or the system's."""
    return _DARK.sub(_IN_THE_DARK, _code(names))


@cache
def asset(name: str) -> str:
    """What the file of `assets` holds."""
    return (_ASSETS / name).read_text(encoding="utf-8")


def escaped(content: str) -> str:
    """The text as markup that shows it, in an element or in a quoted attribute.

    A sign stands for each character that would be obeyed and not shown.
    """
    return escape(printable(content, keep="\n"))
