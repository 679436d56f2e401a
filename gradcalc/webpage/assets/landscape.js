// The way over its landscape: on a map of two numbers, on a curve of one.

// The way over a landscape, in pixels: all of it thin, what is behind thick, the points.
function makeTrack(frame, xs, ys, steps) {
  const points = xs.map((x, k) => [
    held(frame.x(x ?? NaN)), held(frame.y(ys[k] ?? NaN)),
  ]).filter((point, k) => xs[k] !== null && ys[k] !== null);
  const known = steps.filter((_, k) => xs[k] !== null && ys[k] !== null);
  const text = (part) => part.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" ");
  const group = svgElement("g", { class: "track" });
  const behind = svgElement("polyline", { class: "behind" });
  group.append(
    svgElement("polyline", { class: "halo", points: text(points) }),
    svgElement("polyline", { class: "ahead", points: text(points) }), behind,
  );
  if (points.length <= 80) {
    for (const [x, y] of points) group.append(svgElement("circle", { class: "stop", cx: x, cy: y, r: 2.6 }));
  }
  const here = svgElement("circle", { class: "here", r: 6.5 });
  group.append(here);
  return {
    group,
    // The step of the point nearest to the pixels.
    stepNear(x, y) {
      const distance = ([a, b]) => (a - x) ** 2 + (b - y) ** 2;
      let best = 0;
      points.forEach((point, k) => {
        if (distance(point) < distance(points[best])) best = k;
      });
      return known[best];
    },
    move(step, x, y) {
      const count = known.filter((each) => each < step).length;
      behind.setAttribute("points", text([...points.slice(0, count), [held(x), held(y)]]));
      here.setAttribute("cx", held(x));
      here.setAttribute("cy", held(y));
    },
  };
}

// The height of the large picture: what is beside it stays in sight.
function pictureHeight(width) {
  return Math.max(240, Math.min(Math.max(300, width * 0.72), innerHeight * 0.66, 1200));
}

function isInside({ inner }, x, y) {
  return x >= inner.left && x <= inner.right && y >= inner.top && y <= inner.bottom;
}

// An arrow from the pixels along a direction, as long as `length`; hidden without one.
function placeArrow(arrow, x, y, along, length) {
  const size = Math.hypot(...along);
  const isSeen = size > 0 && Number.isFinite(size);
  arrow.style.display = isSeen ? "" : "none";
  if (!isSeen) return;
  const [u, v] = along.map((part) => part / size);
  const [a, b] = [x + u * length, y + v * length];
  const head = 7;
  const barbs = [[-u - v * 0.5, -v + u * 0.5], [-u + v * 0.5, -v - u * 0.5]]
    .map(([p, q]) => `M${a} ${b}l${p * head} ${q * head}`);
  arrow.setAttribute("d", `M${x} ${y}L${a} ${b}${barbs.join("")}`);
}

// The colours of a map, as the theme has them: "247 250 253, 214 228 241, …".
function mapColours() {
  const text = getComputedStyle(document.documentElement).getPropertyValue("--map-colours");
  return text.split(",").map((colour) => colour.trim().split(/\s+/).map(Number));
}

// The map with the way over it. `at(position)` gives the numbers of a stop.
function mapPicture(host, data, options) {
  const map = data.landscape;
  const shades = shadesOf(map);
  const depths = Float64Array.from(map.depths, (depth) => depth ?? NaN);
  const canvas = element("canvas", { class: "map-canvas", "aria-hidden": "true" });
  const body = element("div", { class: "chart-body" });
  const readout = element("p", { class: "readout", hidden: true });
  const bar = colourBar(data);
  host.append(body, bar.legend, readout);
  const outside = element("span", { hidden: true }, "this point is outside the map");
  bar.legend.append(element("span", { class: "key thin" }),
    element("span", {}, `straight ${data.up ? "uphill" : "downhill"}, as drawn`), outside);
  let frame, track, arrow, shown = 0;

  function draw() {
    frame = makeFrame(body, {
      name: "map", x: map.x, y: map.y, xLabel: map.names[0], yLabel: map.names[1],
      height: pictureHeight,
      label: `The way over a map of the ${data.measure}: ${map.names.join(" and ")}.`,
    });
    frame.svg.classList.add("on-map");
    const { inner } = frame;
    const colours = mapColours();
    paintMap(canvas, map, shades, colours);
    bar.paint(colours);
    Object.assign(canvas.style, {
      left: `${inner.left}px`, top: `${inner.top}px`,
      width: `${inner.right - inner.left}px`, height: `${inner.bottom - inner.top}px`,
    });
    frame.plot.append(svgElement("path", { class: "contours", d: contourPath(frame) }));
    track = makeTrack(frame, ...data.path.columns, data.path.steps);
    arrow = svgElement("path", { class: "arrow" });
    frame.plot.append(track.group, arrow);
    body.replaceChildren(canvas, frame.svg);
    listen(frame.svg);
    move(shown);
  }

  function contourPath(frame) {
    const shade = makeShade(map);
    const x = (column) => frame.inner.left
      + (column / (map.columns - 1)) * (frame.inner.right - frame.inner.left);
    const y = (row) => frame.inner.bottom
      - (row / (map.rows - 1)) * (frame.inner.bottom - frame.inner.top);
    let path = "";
    for (const level of map.levels) {
      for (const [a, b, c, d] of contourPieces(shades, map, shade(level))) {
        path += `M${x(a).toFixed(1)} ${y(b).toFixed(1)}L${x(c).toFixed(1)} ${y(d).toFixed(1)}`;
      }
    }
    return path;
  }

  function listen(svg) {
    svg.addEventListener("pointerdown", (event) => {
      options.choose(track.stepNear(...pixelsOf(event)));
    });
    svg.addEventListener("pointermove", (event) => {
      const [x, y] = pixelsOf(event);
      const column = (x - frame.inner.left) / (frame.inner.right - frame.inner.left);
      const row = (frame.inner.bottom - y) / (frame.inner.bottom - frame.inner.top);
      readout.hidden = !(column >= 0 && column <= 1 && row >= 0 && row <= 1);
      if (readout.hidden) return;
      const depth = shadeAt(depths, map, column * (map.columns - 1), row * (map.rows - 1));
      const value = Number.isFinite(depth) ? shortNumber(map.base + map.sign * depth, 4) : "not finite";
      const [a, b] = [frame.x.invert(x), frame.y.invert(y)].map((each) => shortNumber(each, 4));
      readout.textContent = `${map.names[0]} ${a}, ${map.names[1]} ${b}: ${data.measure} about ${value}`;
      readout.style.left = "0";
    });
    svg.addEventListener("pointerleave", () => { readout.hidden = true; });
  }

  function pixelsOf(event) {
    const box = frame.svg.getBoundingClientRect();
    const zoom = frame.width / box.width;
    return [(event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom];
  }

  function move(position) {
    shown = position;
    if (!frame) return;
    const { step, values, gradients } = options.at(position);
    const [x, y] = [frame.x(values[0]), frame.y(values[1])];
    outside.hidden = isInside(frame, x, y);
    track.move(step, x, y);
    // Uphill as it is seen, across the contours: the change for each pixel.
    const sign = data.up ? 1 : -1;
    const perPixel = [1, 0].map((_, k) => {
      const scale = k ? frame.y : frame.x;
      const pixels = k ? frame.inner.top - frame.inner.bottom : frame.inner.right - frame.inner.left;
      return gradients ? sign * gradients[k] * ((scale.high - scale.low) / pixels) : 0;
    });
    placeArrow(arrow, x, y, outside.hidden ? perPixel : [0, 0], 40);
  }

  return { draw, move };
}

// What the colours of the map stand for, and how to paint it in those of the theme.
function colourBar(data) {
  const map = data.landscape;
  const bar = element("span", { class: "colour-bar" });
  const value = (depth) => shownNumber(map.base + map.sign * depth, 3);
  const legend = element("p", { class: "legend" },
    element("span", {}, `${map.log ? (data.up ? "≥ " : "≤ ") : ""}${value(map.low)}`), bar, element("span", {}, value(map.high)),
    element("span", {}, map.log ? "by decades" : ""));
  const paint = (colours) => {
    const parts = colours.map((colour) => `rgb(${colour.join(" ")})`);
    bar.style.background = `linear-gradient(90deg, ${parts.join(", ")})`;
  };
  return { legend, paint };
}

// The curve of one number with the points of the way on it, and the tangent.
function curvePicture(host, data, options) {
  const curve = data.landscape;
  const body = element("div", { class: "chart-body" });
  const outside = element("span", { hidden: true }, "this point is outside the picture");
  host.append(body, element("p", { class: "legend" }, element("span", { class: "key dashed" }),
    element("span", {}, "the tangent: its slope is the gradient"), outside));
  let frame, track, tangent, shown = 0;

  function draw() {
    frame = makeFrame(body, {
      name: "curve", x: curve.x, xLabel: curve.names[0],
      y: extent(curve.y, false, 0.06),
      height: pictureHeight,
      label: `The way along the curve of the ${data.measure} over ${curve.names[0]}.`,
    });
    for (const [xs, ys] of curve.pieces) {
      frame.plot.append(svgElement("path", { class: "line curve", d: linePath(xs, ys, frame) }));
    }
    track = makeTrack(frame, data.path.columns[0], data.path.heights, data.path.steps);
    tangent = svgElement("line", { class: "tangent" });
    frame.plot.append(tangent, track.group);
    body.replaceChildren(frame.svg);
    frame.svg.addEventListener("pointerdown", (event) => {
      const box = frame.svg.getBoundingClientRect();
      const zoom = frame.width / box.width;
      options.choose(track.stepNear(
        (event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom,
      ));
    });
    move(shown);
  }

  function move(position) {
    shown = position;
    if (!frame) return;
    const { step, values, height, gradients } = options.at(position);
    const [x, y] = [frame.x(values[0]), frame.y(height)];
    outside.hidden = isInside(frame, x, y);
    track.move(step, x, y);
    const slope = gradients ? gradients[0] : NaN;
    const perPixel = slope * ((frame.x.high - frame.x.low) / (frame.inner.right - frame.inner.left))
      * ((frame.inner.top - frame.inner.bottom) / (frame.y.high - frame.y.low));
    const along = 90 / Math.hypot(1, perPixel);
    const isSeen = outside.hidden && Number.isFinite(along);
    tangent.style.display = isSeen ? "" : "none";
    if (!isSeen) return;
    tangent.setAttribute("x1", held(x - along));
    tangent.setAttribute("x2", held(x + along));
    tangent.setAttribute("y1", held(y - along * perPixel));
    tangent.setAttribute("y2", held(y + along * perPixel));
  }

  return { draw, move };
}
