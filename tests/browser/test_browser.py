"""That the tests of pages would see what they must not do."""

import pytest


@pytest.fixture
def written(tmp_path):
    def written(body):
        path = tmp_path / "page.html"
        path.write_text(f"<!doctype html><meta charset=utf-8>{body}", "utf-8")
        return path

    return written


def test_what_a_page_logs_and_asks_for_is_seen(page, written):
    body = (
        "<p>θ</p><img src=missing.png>"
        "<script>console.error('seen'); undefinedName</script>"
    )
    page.open(written(body))
    assert page.text() == "θ"
    messages = page.console()
    assert any("seen" in message for message in messages)
    assert any("undefinedName" in message for message in messages)
    (asked,) = page.requests()
    assert asked.endswith("/missing.png")


def test_a_page_that_does_nothing_is_quiet(page, written):
    page.open(written("<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='>"))
    assert page.console() == []


def test_the_screen_is_the_one_asked_for(page, written):
    path = written("<div style='width: 400px'>wide</div><script></script>")
    media = "return matchMedia(arguments[0]).matches"
    page.open(path, width=360, height=640, dark=True, reduced_motion=True)
    assert page.run("return [innerWidth, innerHeight]") == [360, 640]
    assert page.overflow() >= 40
    assert page.run(media, "(prefers-color-scheme: dark)")
    assert page.run(media, "(prefers-reduced-motion: reduce)")
    page.emulate(dark=False)
    assert not page.run(media, "(prefers-color-scheme: dark)")
    assert not page.run(media, "(prefers-reduced-motion: reduce)")


def test_keys_reach_the_page(page, written):
    script = "addEventListener('keydown', e => document.body.append(e.key + ' '))"
    page.open(written(f"<input name=x value=1><script>{script}</script>"))
    page.press("ARROW_RIGHT", "END", "a")
    assert page.text() == "ArrowRight End a"
    page.type("[name=x]", "2.5")
    assert page.run("return document.querySelector('[name=x]').value") == "2.5"
