// Charts of lines: axes, lines, a mark that follows the line of time, a readout.
// They are drawn anew in the size of their element, so that letters keep theirs.

// A scale from numbers to pixels; `invert` leads back. Differences of numbers are taken
// of their halves: there may be no double for the whole one.
function makeScale(low, high, start, stop, isLog = false) {
  const place = isLog ? Math.log10 : (x) => x / 2;
  const [first, last] = [place(low), place(high)];
  const scale = (x) => start + ((place(x) - first) / (last - first)) * (stop - start);
  scale.invert = (pixel) => {
    const at = first + ((pixel - start) / (stop - start)) * (last - first);
    return isLog ? 10 ** at : at * 2;
  };
  Object.assign(scale, { low, high, isLog });
  return scale;
}

// About `count` round numbers between the ends of a scale.
function ticksOf(scale, count) {
  return scale.isLog ? logTicks(scale.low, scale.high, count)
    : evenTicks(scale.low, scale.high, count);
}

function evenTicks(low, high, count) {
  const rough = (high / 2 - low / 2) / Math.max(1, count) * 2;
  if (!(rough > 0) || !Number.isFinite(rough)) return [low];
  const unit = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 5, 10].map((part) => part * unit).filter(Number.isFinite);
  const step = steps.find((each) => each >= rough * 0.999) ?? steps.at(-1);
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k <= high / step + 1e-9; k++) {
    // Rounded: 3 * 0.1 is not what an axis shows.
    ticks.push(Number((k * step).toPrecision(12)));
  }
  return ticks;
}

function logTicks(low, high, count) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  if (last - first < 2) {
    const ticks = [];
    for (let power = first - 1; power <= last; power++) {
      for (const part of [1, 2, 5]) ticks.push(Number(`${part}e${power}`));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  }
  const rough = (last - first) / Math.max(1, count);
  const stride = [1, 2, 3, 5, 10, 20, 30, 50, 100, 200].find((each) => each >= rough);
  const ticks = [];
  for (let k = Math.ceil(first / stride); k * stride <= last; k++) ticks.push(Number(`1e${k * stride}`));
  return ticks;
}

function tickText(x) {
  const text = shortNumber(x, 6);
  const [mantissa, exponent] = text.split("e");
  if (exponent === undefined) return text.replace("-", "−");
  const raised = [...exponent].map((each) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[each] || "⁻").join("");
  const power = `10${raised}`;
  const front = mantissa === "1" ? "" : mantissa === "-1" ? "−" : `${mantissa.replace("-", "−")}·`;
  return front + power;
}

// The frame of a chart: its size, its scales, its axes. `room` is for what stands
// beside the axes.
function makeFrame(host, options) {
  const width = Math.max(200, host.clientWidth);
  const height = options.height(width);
  // Letters are larger on large screens.
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const yTicks = Math.max(4, Math.min(10, Math.round(height / (52 * rem))));
  const trial = makeScale(...options.y, 1, 0, options.yLog);
  const texts = ticksOf(trial, yTicks).map(tickText);
  const letters = Math.max(2, ...texts.map((text) => text.length));
  const inner = {
    left: rem * (14 + 7.2 * letters + (options.yLabel ? 20 : 0)), right: width - 14 * rem,
    top: 10 * rem, bottom: height - 42 * rem,
  };
  const x = makeScale(...options.x, inner.left, inner.right);
  const y = makeScale(...options.y, inner.bottom, inner.top, options.yLog);
  const svg = svgElement("svg", {
    class: "chart", viewBox: `0 0 ${width} ${height}`, width, height,
    role: "img", "aria-label": options.label,
  });
  const axes = svgElement("g", { class: "axes" });
  for (const tick of ticksOf(y, yTicks)) {
    const at = y(tick);
    axes.append(
      svgElement("line", { x1: inner.left, x2: inner.right, y1: at, y2: at }),
      svgElement("text", { x: inner.left - 8 * rem, y: at + 4 * rem, "text-anchor": "end" }, tickText(tick)),
    );
  }
  for (const tick of ticksOf(x, Math.max(3, Math.round(width / (88 * rem))))) {
    if (options.wholeX && !Number.isInteger(tick)) continue;
    const at = x(tick);
    axes.append(
      svgElement("line", { x1: at, x2: at, y1: inner.top, y2: inner.bottom }),
      svgElement("text", { x: at, y: inner.bottom + 18 * rem, "text-anchor": "middle" }, tickText(tick)),
    );
  }
  axes.append(svgElement("text", {
    class: "axis-name", x: (inner.left + inner.right) / 2, y: height - 6 * rem, "text-anchor": "middle",
  }, options.xLabel));
  if (options.yLabel) {
    const middle = (inner.top + inner.bottom) / 2;
    axes.append(svgElement("text", {
      class: "axis-name", x: 13 * rem, y: middle, "text-anchor": "middle",
      transform: `rotate(-90 ${13 * rem} ${middle})`,
    }, options.yLabel));
  }
  const clip = `clip-${options.name}`;
  svg.append(
    svgElement("clipPath", { id: clip }, svgElement("rect", {
      x: inner.left, y: inner.top, width: inner.right - inner.left, height: inner.bottom - inner.top,
    })),
    axes,
  );
  const plot = svgElement("g", { "clip-path": `url(#${clip})` });
  const marks = svgElement("g", { class: "marks" });
  svg.append(plot, marks);
  return { svg, plot, marks, axes, x, y, inner, width, height };
}

// The path through points, with gaps where there is none.
function linePath(xs, ys, frame) {
  let path = "", joined = false;
  for (let k = 0; k < xs.length; k++) {
    if (ys[k] === null || ys[k] === undefined) {
      joined = false;
      continue;
    }
    path += `${joined ? "L" : "M"}${frame.x(xs[k]).toFixed(1)} ${heightOf(ys[k], frame).toFixed(1)}`;
    joined = true;
  }
  return path;
}

// The pixel of a number on the vertical axis; what a logarithmic axis cannot show lies on
// its lower end.
function heightOf(y, frame) {
  return held(frame.y.isLog && !(y > 0) ? frame.inner.bottom : frame.y(y));
}

// The height of a line at a step, which may lie between two that are drawn; null in a gap.
function heightAt(steps, ys, step, frame) {
  const place = nearest(steps, step);
  const other = steps[place] === step ? place : place + Math.sign(step - steps[place]);
  const [from, to] = [ys[place], ys[other]];
  if ((from ?? null) === null || (to ?? null) === null) return null;
  const part = other === place ? 0 : (step - steps[place]) / (steps[other] - steps[place]);
  return heightOf(from, frame) * (1 - part) + heightOf(to, frame) * part;
}

// Within what browsers can draw.
function held(pixel) {
  return Math.max(-1e5, Math.min(1e5, pixel));
}

// The least and the greatest of the numbers, with room around them.
function extent(numbers, isLog = false, room = 0.06) {
  const known = numbers.filter((x) => Number.isFinite(x) && (!isLog || x > 0));
  if (!known.length) return isLog ? [0.1, 1] : [0, 1];
  let low = Infinity, high = -Infinity;
  for (const x of known) {
    low = Math.min(low, x);
    high = Math.max(high, x);
  }
  if (isLog) {
    const beside = Math.max(1.1, (high / low) ** room);
    return [low / beside || low, Number.isFinite(high * beside) ? high * beside : high];
  }
  const width = high / 2 - low / 2;
  const least = Math.max(Math.abs(low), Math.abs(high)) * 1e-9;
  const beside = width > least ? width * (2 * room) : Math.max(0.5, Math.abs(low) * 0.1);
  return [low - beside, high + beside].map((x) => (Number.isFinite(x) ? x : Math.sign(x) * Number.MAX_VALUE));
}

// The place of the number in a rising list that is nearest.
function nearest(rising, number) {
  let low = 0, high = rising.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < number) low = middle + 1;
    else high = middle;
  }
  return low > 0 && number - rising[low - 1] <= rising[low] - number ? low - 1 : low;
}

// A chart of curves over the steps. It returns how to move its mark to a step; a click
// or a drag on it asks for the nearest step.
function stepChart(host, chart, options) {
  const { steps, curves } = chart;
  let frame, mark, dots, at = steps[0];
  const readout = element("p", { class: "readout", hidden: true });
  const legend = element("p", { class: "legend" });
  if (curves.length > 1) {
    curves.forEach((curve, k) => legend.append(
      element("span", { class: `key line-${k}` }), element("span", {}, curve.name),
    ));
    if (chart.all > curves.length) {
      legend.append(element("span", {}, `and ${chart.all - curves.length} more, which move less`));
    }
  }
  const body = element("div", { class: "chart-body" });
  host.append(body, legend, readout);

  function draw() {
    const numbers = curves.flatMap((curve) => curve.y.filter((y) => y !== null));
    frame = makeFrame(body, {
      name: options.name, label: options.label, height: options.height, wholeX: true,
      x: steps.at(-1) > steps[0] ? [steps[0], steps.at(-1)] : [steps[0] - 0.5, steps[0] + 0.5],
      y: extent(numbers, chart.log), yLog: chart.log, xLabel: options.unit,
    });
    curves.forEach((curve, k) => {
      frame.plot.append(svgElement("path", {
        class: `line line-${k}`, d: linePath(steps, curve.y, frame),
      }));
    });
    mark = svgElement("line", { class: "now-line", y1: frame.inner.top, y2: frame.inner.bottom });
    dots = curves.map((_, k) => svgElement("circle", { class: `dot line-${k}`, r: 4.5 }));
    frame.marks.append(mark, ...dots);
    body.replaceChildren(frame.svg);
    frame.svg.addEventListener("pointerdown", (event) => {
      frame.svg.setPointerCapture(event.pointerId);
      options.choose(stepAt(event));
    });
    frame.svg.addEventListener("pointermove", (event) => {
      if (event.buttons) options.choose(stepAt(event));
      else tell(event);
    });
    frame.svg.addEventListener("pointerleave", () => { readout.hidden = true; });
    move(at);
  }

  function stepAt(event) {
    const box = frame.svg.getBoundingClientRect();
    return frame.x.invert((event.clientX - box.left) * (frame.width / box.width));
  }

  // What stands under the pointer, as text beside it.
  function tell(event) {
    const place = nearest(steps, stepAt(event));
    const parts = curves
      .filter((curve) => curve.y[place] !== null)
      .map((curve) => `${curve.name} ${shortNumber(curve.y[place], 5)}`);
    readout.textContent = `${options.unit} ${steps[place]}: ${parts.slice(0, 6).join(", ")}`;
    readout.hidden = false;
    const share = (frame.x(steps[place]) / frame.width) * 100;
    readout.style.left = `${share}%`;
    readout.style.transform = `translateX(-${share}%)`;
  }

  function move(step) {
    at = step;
    if (!frame) return;
    const x = frame.x(step);
    mark.setAttribute("x1", x);
    mark.setAttribute("x2", x);
    curves.forEach((curve, k) => {
      const y = heightAt(steps, curve.y, step, frame);
      dots[k].style.display = y === null ? "none" : "";
      if (y === null) return;
      dots[k].setAttribute("cx", x);
      dots[k].setAttribute("cy", y);
    });
  }

  return { draw, move };
}
