"""Texts cut to what a page or a sentence can hold, an ellipsis where they were cut."""


def cut_middle(text: str, longest: int, start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end`, without its middle if it is longer than that."""
    last = len(text) if end is None else end
    if last - start <= longest:
        return text[start:last]
    half = (longest - len(" … ")) // 2
    return f"{text[start : start + half]} … {text[last - half : last]}"


def cut_end(text: str, longest: int, ellipsis: str = "…") -> str:
    """The text, without its end if it is longer than that."""
    if len(text) <= longest:
        return text
    return text[: longest - len(ellipsis)].rstrip() + ellipsis
