"""What a page is made of: nothing in its texts or data is read as markup or script."""

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.webpage.document import document, escaped
from gradcalc.wording import printable, unprintable

HOSTILE = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "]]>",
    "\"'`&amp;<b>",
    "abc\u202edef\u2066",
    "a\u2028b\u2029c",
    "{body}{0}%s",
    "\x00\x1b[2J\x7f",
    "&#60;script>",
]


class Reader(HTMLParser):
    """The elements of a page in order, and the text in each title, h1 and script."""

    def __init__(self):
        super().__init__()
        self.elements, self.attributes, self.texts = [], [], {}
        self.inside = None

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs
        self.inside = f"{tag}{len(self.texts) if tag == 'script' else ''}"

    def handle_endtag(self, tag):
        self.inside = None

    def handle_data(self, data):
        if self.inside:
            self.texts[self.inside] = self.texts.get(self.inside, "") + data


def read(page):
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


def made(content):
    return document(
        content,
        f'<h1 title="{escaped(content)}">{escaped(content)}</h1>',
        styles=["page.css"],
        scripts=["widgets.js"],
        data={"text": content, content: [1.5, None]},
    )


PLAIN = read(made("plain"))


def data_of(page):
    (data,) = re.findall(r'<script type="application/json" id="data">(.*?)</', page)
    return json.loads(data)


@pytest.mark.parametrize("content", HOSTILE)
def test_hostile_text_stays_text(content):
    check(content)


@given(st.text())
def test_any_text_stays_text(content):
    check(content)


def check(content):
    page = made(content)
    reader = read(page)
    assert reader.elements == PLAIN.elements
    shown = printable(content, keep="\n")
    assert reader.texts.get("h1", "") == shown
    assert ("title", shown) in reader.attributes
    assert data_of(page) == {"text": content, content: [1.5, None]}
    assert set(unprintable(page)) <= {"\n"}


def test_a_page_asks_for_nothing():
    assert PLAIN.texts["title"] == "plain"
    assert not [name for name, _ in PLAIN.attributes if name in ("src", "href")]
    (policy,) = (v for n, v in PLAIN.attributes if n == "content" and "-src" in v)
    assert policy.startswith("default-src 'none'; ")
    assert "http" not in policy


def test_a_page_carries_its_code_without_comments():
    page = document("x", "", styles=["graph.css"], scripts=["player.js"], data=1)
    assert "data-phase" in page
    assert "recompute()" in page
    assert not re.search(r"^ *(//|/\*)", page, re.MULTILINE)
