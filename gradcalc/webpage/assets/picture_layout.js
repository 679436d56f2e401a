// Where the boxes of the picture stand.
//
// Python gives every level (the whole, and the inside of each call and list) its columns
// and rows. How wide a column is and how high a row follows from what is unfolded.

const BOX = { height: 50, least: 136, most: 250, list: 186, gap: 20, between: 44 };
const LITERAL_HEIGHT = 28;
const PILL_HEIGHT = 26;
const PILL_GAP = 8;
const FRAME = { head: 26, side: 16, foot: 12 };
const UNIT = BOX.height + BOX.gap;
// A number in a box has at most so many characters, one of a range so many.
const CELL_CHARACTERS = 9;
// Numbers are seen at a glance with so many digits; the table has all.
const PICTURE_DIGITS = 6;
const LOCAL_DIGITS = 4;
// A list of so many shows them all, if there is room.
const FEW_NUMBERS = 4;

// Smaller than the one, the numbers cannot be read; then the picture has the other.
const LEAST_SCALE = 0.62;
const READING_SCALE = 0.88;

// The function that lays out a level; `isFrame` says of a box whether its inside is
// shown, `widthOf` measures texts.
function makeLayout({ boxes, levels }, isFrame, widthOf) {
  // What a box measures: the body, and the operator before it.
  function measured(box) {
    const { kind, name, symbol, nodes } = boxes[box];
    if (kind === "literal") {
      return { width: Math.min(BOX.most, widthOf(name, "12px") + 22), height: LITERAL_HEIGHT, pill: 0 };
    }
    const isList = nodes.length > 1;
    const fold = boxes[box].level !== undefined ? 18 : 0;
    const text = widthOf(name, "600 12.5px") + (boxes[box].shape ? widthOf(` ${boxes[box].shape}`, "11px") : 0);
    const least = isList ? BOX.list : BOX.least;
    const width = Math.min(Math.max(BOX.most, least), Math.max(least, text + 24 + fold));
    const pill = kind === "operation" ? Math.max(PILL_HEIGHT, widthOf(symbol, "12px") + 16) : 0;
    return { width, height: BOX.height, pill };
  }

  // Where everything in a level stands, from its own left upper corner.
  function layout(l) {
    const level = levels[l];
    const first = level.ports.length;
    const items = level.boxes.map((box) => {
      if (!isFrame(box)) {
        const own = measured(box);
        return { box, ...own, full: own.width + (own.pill ? own.pill + PILL_GAP : 0) };
      }
      const inner = layout(boxes[box].level);
      const title = widthOf(frameTitle(boxes[box]), "600 12px") + 30;
      const width = Math.max(inner.width + 2 * FRAME.side, Math.min(title, 320));
      return { box, inner, full: width, height: inner.height + FRAME.head + FRAME.foot };
    });
    const widths = Array(Math.max(0, ...level.columns) + 1).fill(0);
    items.forEach((item, k) => {
      const column = level.columns[first + k];
      widths[column] = Math.max(widths[column], item.full);
    });
    const lefts = [];
    let x = 0;
    widths.forEach((width, column) => {
      lefts.push(x);
      x += width + (column === 0 && first ? BOX.between / 2 : BOX.between);
    });
    const y = stretched(items.map((item, k) => [level.rows[first + k], item.height + BOX.gap]));
    const rows = level.rows.map(y);
    let top = Infinity;
    let bottom = -Infinity;
    items.forEach((item, k) => {
      item.x = lefts[level.columns[first + k]];
      item.y = rows[first + k];
      top = Math.min(top, item.y - item.height / 2);
      bottom = Math.max(bottom, item.y + item.height / 2);
    });
    const bends = new Map();
    for (const [from, to, at] of level.bends) {
      const points = at.map((row, k) => {
        const column = level.columns[from] + 1 + k;
        const height = y(row);
        top = Math.min(top, height);
        bottom = Math.max(bottom, height);
        return [lefts[column], lefts[column] + widths[column], height];
      });
      bends.set(from * 1e6 + to, points);
    }
    return { level: l, items, bends, ports: rows.slice(0, first), top, height: bottom - top, width: x - BOX.between };
  }

  // From a row to its height in pixels: a row is UNIT high, but where something higher
  // stands, which reaches from half a row above to half a row below its middle.
  function stretched(items) {
    const tall = items.filter(([, height]) => height > UNIT);
    if (!tall.length) return (row) => row * UNIT;
    const cuts = [...new Set(tall.flatMap(([row]) => [row - 0.5, row + 0.5]))].sort((a, b) => a - b);
    const heights = cuts.map((cut, k) => {
      const middle = (cut + (cuts[k + 1] ?? cut)) / 2;
      const over = tall.filter(([row]) => Math.abs(row - middle) < 0.5).map(([, height]) => height);
      return k + 1 < cuts.length ? Math.max(UNIT, ...over) : UNIT;
    });
    const starts = [cuts[0] * UNIT];
    for (let k = 1; k < cuts.length; k++) starts.push(starts[k - 1] + (cuts[k] - cuts[k - 1]) * heights[k - 1]);
    return (row) => {
      if (row <= cuts[0]) return row * UNIT;
      let k = cuts.length - 1;
      while (cuts[k] > row) k--;
      return starts[k] + (row - cuts[k]) * heights[k];
    };
  }

  return layout;
}

// What was typed for an unfolded box; the function, too, where that does not say it.
function frameTitle({ kind, symbol, name }) {
  return kind !== "operation" || name.includes(symbol) ? `▾ ${name}` : `▾ ${name}: ${symbol}`;
}

// A path through the points: straight where they are at one height, else curves.
function curve(points) {
  let [x, y] = points[0];
  let path = `M${x} ${y}`;
  for (const [right, height] of points.slice(1)) {
    const reach = Math.max(12, (right - x) / 2);
    path += height === y
      ? `H${right}`
      : `C${x + reach} ${y} ${right - reach} ${height} ${right} ${height}`;
    [x, y] = [right, height];
  }
  return path;
}
