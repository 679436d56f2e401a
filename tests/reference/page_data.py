"""The data of a page."""

import json
import re


def page_data(page):
    """What the script of the page reads."""
    (text,) = re.findall(
        r'<script type="application/json" id="data">(.*?)</script>', page
    )
    return json.loads(text)
