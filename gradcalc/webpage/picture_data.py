"""What the script of a page draws: boxes, what is inside them, and where it stands."""

from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.drawing import Drawing
from gradcalc.shapes import flatten
from gradcalc.strict_json import Object
from gradcalc.wording import printable
from gradcalc.writers.diagram import one_line
from gradcalc.writers.nesting import Level, Nested, level_of, nested_boxes

# With more boxes than this lists are folded at first.
_MOST_BOXES = 16
# The letters of a box's name; the script cuts it to the room there is.
_LONGEST_NAME = 60


def picture_data(drawing: Drawing) -> Object:
    """The boxes and levels of the picture, for JSON.

    boxes   for each its symbol, its nodes, its name, its kind ("variable", "literal" or
            "operation") and the shape of a list; the number of the level inside it, and
            whether this is a list
    levels  the whole picture is the first: its boxes, the nodes of its ports, and the
            columns and rows of both; for edges that need them, the rows of their bends
    open    the boxes that are unfolded at first
    """
    picture = _Picture(drawing)
    graph = drawing.known.bound.program.graph
    top = nested_boxes(graph, flatten(drawing.known.bound.output))
    picture.add_level(top, ports=False)
    return {
        "boxes": picture.boxes,
        "levels": picture.levels,
        "open": picture.opened(len([n for box in top for n in box.results])),
    }


class _Picture:
    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing
        self.graph = drawing.known.bound.program.graph
        self.boxes: list[Object] = []
        self.levels: list[Object] = []

    def opened(self, count: int) -> list[int]:
        """The boxes that are unfolded at first, where so many are with open lists."""
        return [
            number
            for number, box in enumerate(self.boxes)
            if "level" in box
            and (self.drawing.expand or ("list" in box and count <= _MOST_BOXES))
        ]

    def add_level(self, boxes: list[Nested], *, ports: bool) -> int:
        """The number of the level of these boxes."""
        number = len(self.levels)
        self.levels.append({})
        level = level_of(self.graph, boxes, ports=ports)
        numbers = [self.add_box(box) for box in level.boxes]
        self.levels[number] = _level(level, numbers)
        return number

    def add_box(self, box: Nested) -> int:
        number = len(self.boxes)
        row = self._box(box)
        self.boxes.append(row)
        if box.parts:
            row["level"] = self.add_level(box.parts, ports=not box.is_list)
            if box.is_list:
                row["list"] = True
        return number

    def _box(self, box: Nested) -> Object:
        node = box.results[0]
        operation = self.graph.operations[node]
        drawn = self.drawing.describe(box.results, self.drawing.precision)
        row: Object = {
            "symbol": box.symbol,
            "nodes": box.results,
            "name": printable(one_line(drawn.name, _LONGEST_NAME)),
            "kind": operation.name if operation in (VARIABLE, LITERAL) else "operation",
        }
        if drawn.shape:
            row["shape"] = drawn.shape
        if drawn.output:
            row["output"] = True
        return row


def _level(level: Level, numbers: list[int]) -> Object:
    layout = level.layout
    return {
        "boxes": numbers,
        "ports": level.ports,
        "columns": layout.columns,
        "rows": [round(row, 3) for row in layout.rows],
        "bends": [
            [*edge, [round(row, 3) for row in rows]]
            for edge, rows in layout.bends.items()
        ],
    }
