// A map: colours for the depths over a grid, and lines of equal depth (marching
// squares: Lorensen and Cline's cubes in the plane). What is not finite stays blank.

// A depth as a share of the way from the first colour to the last.
function makeShade(map) {
  const { low, high } = map;
  if (!map.log) return (depth) => Math.min(1, depth / high || 0);
  const [first, last] = [Math.log(low), Math.log(high)];
  return (depth) =>
    depth > low ? Math.min(1, (Math.log(depth) - first) / (last - first || 1)) : 0;
}

// The depth between the cells, by bilinear interpolation of the shade; NaN where one of
// the four around it is not finite.
function shadeAt(shades, map, column, row) {
  const left = Math.min(map.columns - 2, Math.floor(column));
  const below = Math.min(map.rows - 2, Math.floor(row));
  const [right, up] = [column - left, row - below];
  const first = below * map.columns + left;
  const [a, b] = [shades[first], shades[first + 1]];
  const [c, d] = [shades[first + map.columns], shades[first + map.columns + 1]];
  return (a * (1 - right) + b * right) * (1 - up) + (c * (1 - right) + d * right) * up;
}

function shadesOf(map) {
  const shade = makeShade(map);
  return Float64Array.from(map.depths, (depth) => (depth === null ? NaN : shade(depth)));
}

// The colours between those of the theme, [[red, green, blue], …] evenly spaced.
function colourAt(colours, share) {
  const at = share * (colours.length - 1);
  const k = Math.min(colours.length - 2, Math.floor(at));
  return colours[k].map((from, j) => from + (colours[k + 1][j] - from) * (at - k));
}

// Paints the map into a canvas, `fine` pixels for each cell.
function paintMap(canvas, map, shades, colours, fine = 6) {
  const width = (map.columns - 1) * fine + 1;
  const height = (map.rows - 1) * fine + 1;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  // A table of colours: reckoning each pixel's takes longer than the map.
  const table = Array.from({ length: 257 }, (_, k) => colourAt(colours, k / 256));
  for (let j = 0, place = 0; j < height; j++) {
    const row = (height - 1 - j) / fine;
    for (let i = 0; i < width; i++, place += 4) {
      const shade = shadeAt(shades, map, i / fine, row);
      if (shade !== shade) continue;
      const colour = table[Math.round(shade * 256)];
      image.data[place] = colour[0];
      image.data[place + 1] = colour[1];
      image.data[place + 2] = colour[2];
      image.data[place + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
}

// The pieces of the line of one shade, as [column, row, column, row] in cells.
function contourPieces(shades, map, level) {
  const pieces = [];
  for (let row = 0; row < map.rows - 1; row++) {
    for (let column = 0; column < map.columns - 1; column++) {
      const first = row * map.columns + column;
      // Counterclockwise from the lower left.
      const corners = [
        shades[first], shades[first + 1],
        shades[first + map.columns + 1], shades[first + map.columns],
      ];
      if (corners.some((corner) => corner !== corner)) continue;
      const crossed = [];
      for (let side = 0; side < 4; side++) {
        const [from, to] = [corners[side], corners[(side + 1) % 4]];
        if (from > level !== to > level) crossed.push([side, (level - from) / (to - from)]);
      }
      const ends = crossed.map(([side, part]) => sidePoint(side, part, column, row));
      if (ends.length === 4 && corners[0] > level !== middle(corners) > level) {
        // A saddle: the middle says which ends belong together.
        ends.unshift(ends.pop());
      }
      for (let k = 0; k + 1 < ends.length; k += 2) pieces.push([...ends[k], ...ends[k + 1]]);
    }
  }
  return pieces;
}

function sidePoint(side, part, column, row) {
  return [
    [column + part, row], [column + 1, row + part],
    [column + 1 - part, row + 1], [column, row + 1 - part],
  ][side];
}

function middle(corners) {
  return (corners[0] + corners[1] + corners[2] + corners[3]) / 4;
}
