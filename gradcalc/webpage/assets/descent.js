// The page of a descent, an ascent or a training: its way, to step through.

// A number of the data, where NaN and the infinities are words.
function numberOf(entry) {
  return typeof entry === "string" ? NOT_FINITE[entry] : entry;
}

// The JSON of a number that may be unknown.
function jsonText(entry) {
  return entry === null || entry === undefined ? "null" : exactNumber(numberOf(entry));
}

function shownNumber(entry, digits = 6) {
  return entry === null || entry === undefined ? "–" : shortNumber(numberOf(entry), digits);
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
        cells[k].textContent = shownNumber(column?.[position], 8);
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

function startPage() {
  const data = readData();
  const { steps, values, rows, more } = data.stops;
  const title = document.getElementById("now-title");
  const told = document.getElementById("told");
  const list = document.getElementById("now-parts");
  const showTable = nowTable(data);
  const host = document.getElementById("landscape");
  let timeline = null;
  const choose = (step) => timeline.go(nearest(steps, step));
  const heights = more["loss over all rows"] || values;
  const at = (position) => ({
    step: steps[position],
    height: numberOf(heights[position]),
    values: rows.map((row) => numberOf(row.values[position])),
    gradients: rows.every((row) => row.gradients)
      && rows.map((row) => numberOf(row.gradients[position])),
  });
  const charts = [];
  const { landscape } = data;
  nameCharts(data);
  if (landscape?.kind === "map") {
    const depths = Float64Array.from(landscape.depths, (depth) => depth ?? NaN);
    charts.push(mapPicture(host, data, { choose, at, depths }));
  } else if (landscape) {
    charts.push(curvePicture(host, data, { choose, at }));
  } else {
    charts.push(stepChart(host, data.lines, {
      name: "lines", unit: data.unit, choose,
      label: `The values over the ${data.unit}s.`,
      height: pictureHeight,
    }));
  }
  charts.push(stepChart(document.getElementById("loss"), data.loss, {
    name: "loss", unit: data.unit, choose,
    label: `The ${data.measure} over the ${data.unit}s.`,
    height: (width) => Math.min(Math.max(180, width * 0.42), 340),
  }));
  let settled = null;
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
    show(position) {
      const words = nowWords(data, position);
      title.replaceChildren(words.title,
        ...words.badges.map((badge) => element("span", { class: `badge badge-${badge}` }, badge)));
      list.replaceChildren(...words.parts.map(([name, entry]) => element("div", {},
        element("dt", {}, name), element("dd", {}, shownNumber(entry, 8)))));
      showTable(position);
      for (const chart of charts) chart.move(landscape && chart === charts[0] ? position : steps[position]);
      // Once it stays: while it plays, nobody wants to hear every step.
      clearTimeout(settled);
      settled = setTimeout(() => {
        told.textContent = `${words.title}: ${words.parts
          .map(([name, entry]) => `${name} ${shownNumber(entry, 6)}`).join(", ")}`;
      }, 500);
    },
  });
  const draw = () => charts.forEach((chart) => chart.draw());
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
  let width = innerWidth, asked = null;
  const again = () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(draw);
  };
  addEventListener("resize", () => {
    // Telephones hide their bars while one scrolls.
    if (innerWidth === width) return;
    width = innerWidth;
    again();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

startPage();
