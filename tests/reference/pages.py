"""Pages as tests compare them."""


def lines(page):
    """The lines of the page without what stands at their ends unseen."""
    return [line.text.rstrip() for line in page.lines(ascii_only=False)]
