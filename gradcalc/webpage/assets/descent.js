// The page of a descent, an ascent or a training: its way, to step through.

// The JSON of a number that may be unknown.
function jsonText(entry) {
  return entry === null || entry === undefined ? "null" : exactNumber(readNumber(entry));
}

function shownNumber(entry, digits) {
  return entry === null || entry === undefined ? "–" : shortNumber(readNumber(entry), digits);
}

function unitTitle(data) {
  return data.unit[0].toUpperCase() + data.unit.slice(1);
}

// The table of a step: a row for each number that moves, or for each variable as a
// whole; then what stays as it is.
function nowTable(data) {
  const { rows } = data.stops;
  const table = document.getElementById("now");
  const isWhole = rows.some((row) => "norms" in row);
  const heads = isWhole ? ["name", "norm", "least", "greatest", "norm of gradient"]
    : ["name", "value", "gradient"];
  document.getElementById("now-head").append(
    ...heads.map((head) => element("th", { scope: "col" }, head)),
  );
  const body = document.getElementById("now-rows");
  const lines = rows.map((row) => {
    const cells = heads.slice(1).map(() => element("td"));
    const name = row.shape ? `${row.name} (${row.shape})` : row.name;
    const line = element("tr", { "data-name": row.name }, element("th", { scope: "row" }, name), ...cells);
    body.append(line);
    return { line, cells, row };
  });
  for (const [name, value] of data.fixed) {
    body.append(element("tr", { class: "fixed" }, element("th", { scope: "row" }, name),
      element("td", { colspan: heads.length - 2 }, value), element("td", {}, "stays")));
  }
  return (position) => {
    table.dataset.step = data.stops.steps[position];
    table.dataset.loss = jsonText(data.stops.values[position]);
    for (const { line, cells, row } of lines) {
      const columns = isWhole ? [row.norms, row.least, row.greatest, row.gradient_norms]
        : [row.values, row.gradients];
      columns.forEach((column, k) => {
        cells[k].textContent = shownNumber(column?.[position], data.digits ?? 8);
      });
      if (isWhole) {
        line.dataset.norm = jsonText(row.norms[position]);
        line.dataset.gradientNorm = jsonText(row.gradient_norms?.[position]);
      } else {
        line.dataset.value = jsonText(row.values[position]);
        line.dataset.gradient = jsonText(row.gradients?.[position]);
      }
    }
  };
}

// What is known of a step besides: the loss, and the other columns.
function nowWords(data, position) {
  const { steps, values, more } = data.stops;
  const step = steps[position];
  const title = `${unitTitle(data)} ${step}`;
  const parts = [[data.measure, values[position]]];
  for (const [name, column] of Object.entries(more)) {
    if (column[position] !== null) parts.push([name, column[position]]);
  }
  const badges = [];
  if (step === data.best && data.last > 0) badges.push(data.up ? "highest" : "lowest");
  if (step === data.last) badges.push("last");
  return { title, parts, badges };
}

// What the landscape needs of a stop: where it is, how high, and the gradient there.
function stopReader(data) {
  const { steps, values, rows, more } = data.stops;
  // A training's own loss is a mean over steps, beside the curve.
  const heights = more["loss over all rows"] || values;
  return (position) => ({
    step: steps[position],
    height: readNumber(heights[position]),
    values: rows.map((row) => readNumber(row.values[position])),
    gradients: rows.every((row) => row.gradients)
      && rows.map((row) => readNumber(row.gradients[position])),
  });
}

// The large picture and the loss, each with `draw()` and `move(position)`; `choose` is
// asked for a step.
function makePictures(data, choose) {
  const { landscape, unit, measure } = data;
  const { steps } = data.stops;
  const overSteps = (id, chart, options) => {
    const made = stepChart(document.getElementById(id), chart, { unit, choose, ...options });
    return { draw: made.draw, move: (position) => made.move(steps[position]) };
  };
  const pictures = { map: mapPicture, curve: curvePicture };
  const large = landscape
    ? pictures[landscape.kind](
      document.getElementById("landscape"), data, { choose, at: stopReader(data) },
    )
    : overSteps("landscape", data.lines, {
      name: "lines", label: `The values over the ${unit}s.`, height: pictureHeight,
    });
  const loss = overSteps("loss", data.loss, {
    name: "loss", label: `The ${measure} over the ${unit}s.`,
    height: (width) => Math.min(Math.max(180, width * 0.42), 340),
  });
  return [large, loss];
}

// Returns the function that shows the words of a stop, and has them read out.
function nowText(data) {
  const title = document.getElementById("now-title");
  const told = document.getElementById("told");
  const list = document.getElementById("now-parts");
  let settled = null;
  return (position) => {
    const words = nowWords(data, position);
    title.replaceChildren(words.title,
      ...words.badges.map((badge) => element("span", { class: "badge" }, badge)));
    list.replaceChildren(...words.parts.map(([name, entry]) => element("div", {},
      element("dt", {}, name), element("dd", {}, shownNumber(entry, data.digits ?? 8)))));
    // Once it stays: while it plays, nobody wants to hear every step.
    clearTimeout(settled);
    settled = setTimeout(() => {
      const parts = words.parts.map(([name, entry]) => `${name} ${shownNumber(entry, data.digits ?? 6)}`);
      told.textContent = `${words.title}: ${parts.join(", ")}`;
    }, 500);
  };
}

function startPage() {
  const data = readData();
  const { steps } = data.stops;
  let timeline = null;
  const pictures = makePictures(data, (step) => timeline.go(nearest(steps, step)));
  const shows = [nowText(data), nowTable(data), ...pictures.map(({ move }) => move)];
  timeline = makeTimeline(document.getElementById("timeline"), {
    last: steps.length - 1,
    start: 0,
    seconds: Math.min(0.8, Math.max(0.04, 12 / steps.length)),
    describe: (position) => `${data.unit} ${steps[position]} of ${data.last}`,
    fragment: (position) => `#step-${steps[position]}`,
    position(fragment) {
      const found = /^#(?:step|epoch)-(\d+)$/.exec(fragment);
      return found ? nearest(steps, Number(found[1])) : null;
    },
    show: (position) => shows.forEach((show) => show(position)),
  });
  const draw = () => pictures.forEach((picture) => picture.draw());
  nameCharts(data);
  watchLooks(draw);
  draw();
  timeline.draw();
  joinTheme(document.getElementById("theme"));
  document.documentElement.dataset.ready = "true";
}

// The titles of the two pictures.
function nameCharts(data) {
  const { landscape, measure, unit } = data;
  const names = landscape ? landscape.names.join(", ") : "";
  document.getElementById("landscape-title").textContent =
    landscape?.kind === "map" ? `the way over a map of the ${measure}`
      : landscape ? `the way along the ${measure} over ${names}`
        : data.lines.changes ? `how far the numbers have moved since ${unit} ${data.stops.steps[0]}`
          : `the numbers that move, ${unit} by ${unit}`;
  document.getElementById("loss-title").textContent = `the ${measure}, ${unit} by ${unit}`;
}

// Calls `draw` when the page is wider or narrower, or has other colours.
function watchLooks(draw) {
  let asked = null;
  const again = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(draw);
  };
  watchWidth(again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

startPage();
