// Joins what is on the page: the boxes of the variables, the formula, the picture, the
// table, the notes and the line of time, which are all of one evaluation.

const data = readData();
const digits = data.digits;
const evaluate = makeEvaluator(data);
const given = givenOf(data);
const byId = (id) => document.getElementById(id);
const root = document.documentElement;

const isList = Array.isArray(data.output);
let chosenElement = 0;
// The present evaluation, and the gradients of the chosen element of the result.
let evaluation;
let gradients;
let steps = stepsOf(data, chosenElement);
let forward = steps.filter((step) => step.phase === "forward").length;
let consumers = lastConsumers();

// --- the table and the formula, which Python wrote

const rows = new Map();
for (const row of document.querySelectorAll("#table tr[data-node]")) {
  const [value, gradient] = row.querySelectorAll("td.number");
  rows.set(Number(row.dataset.node), { row, value, gradient, isNear: false });
}

// While a slider moves, the texts of rows out of sight wait until it rests.
const sight = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    rows.get(Number(target.dataset.node)).isNear = isIntersecting;
  }
}, { rootMargin: "100px" });
for (const { row } of rows.values()) sight.observe(row);

// The parts of the formula by node; a node in a function of the library has the call's.
const parts = new Map();
for (const part of document.querySelectorAll("#formula [data-node]")) {
  for (const node of part.dataset.node.split(" ")) {
    const known = parts.get(Number(node));
    parts.set(Number(node), known ? [...known, part] : [part]);
  }
}

function compute() {
  evaluation = evaluate(given, chosenElement);
  gradients = evaluation.complete ? evaluation.row() : null;
}

const picture = makePicture(byId("picture"), data);

// The spelling of numbers in JSON: what is not finite is a text there, too.
function spelled(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? JSON.stringify(listed(value)) : exactNumber(value);
}

function listed(value) {
  if (Array.isArray(value)) return value.map(listed);
  return value === null || Number.isFinite(value) ? value : exactNumber(value);
}

function gradientOf(node) {
  if (!data.active[node]) return null;
  return gradients === null ? undefined : gradients[node] ?? 0;
}

function valueOf(node) {
  return evaluation.known(node) ? evaluation.values[node] : undefined;
}

function setText(target, content) {
  if (target.textContent !== content) target.textContent = content;
}

// Writes a number if it is another one than before: most stay when one variable moves.
function setNumber(cell, number) {
  if (Object.is(cell.shownNumber, number)) return;
  cell.shownNumber = number;
  setText(cell, shown(number));
}

function shown(number) {
  if (number === undefined) return "";
  return number === null ? "–" : shortNumber(number, digits);
}

// What is read beside the formula; the table has all digits.
function glance(number) {
  return number === undefined ? "?" : shortNumber(number, digits ?? 10);
}

function writeTable(isMoving = false) {
  for (const [node, each] of rows) {
    const value = valueOf(node);
    const gradient = gradientOf(node);
    if (!Object.is(each.known, value)) each.row.dataset.value = spelled(each.known = value);
    if (isList || !Object.is(each.arrived, gradient)) {
      each.arrived = gradient;
      each.row.dataset.gradient = spelled(evaluation.gradient(node));
    }
    if (isMoving && !each.isNear) continue;
    setNumber(each.value, value);
    setNumber(each.gradient, gradient);
  }
  const outputs = leavesOf(data.output);
  const result = byId("result");
  const known = outputs.every((node) => evaluation.known(node));
  const few = outputs.slice(0, 6).map((node) => glance(valueOf(node)));
  if (outputs.length > few.length) few.push("…");
  const text = Array.isArray(data.output) ? `[${few.join(", ")}]` : few[0];
  setText(result, known ? `= ${text}` : "= ?");
}

let notes = [];

// The node of a note, and its sentence.
function said({ node, function: inside, message }) {
  return [node, inside ? `in ${inside}: ${message}` : message];
}

function writeNotes() {
  const found = evaluation.complete ? notesOn(data, evaluation) : [];
  if (JSON.stringify(found) === JSON.stringify(notes)) return;
  notes = found;
  byId("notes").replaceChildren(...notes.map((note) => {
    const [node, text] = said(note);
    const item = element("li", {}, element("b", {}, NOTE_NAMES[note.kind] || note.kind), ` ${text}`);
    item.addEventListener("click", () => lookAt(node));
    return item;
  }));
  byId("remarks").hidden = !notes.length;
  picture.annotate(notes.map(said));
}

const NOTE_NAMES = { nonfinite: "not finite" };

// --- where the play stands

// The start, each step, and the end, when everything is known.
const END = () => steps.length + 1;

function stepAt(position) {
  return steps[position - 1] ?? null;
}

// For each node the last one that may pass a gradient on to it.
function lastConsumers() {
  const output = leavesOf(data.output)[chosenElement];
  const found = new Map([[output, output]]);
  for (let node = output; node >= 0; node--) {
    if (found.has(node)) for (const operand of inputsOfNode(node)) found.set(operand, node);
  }
  return found;
}

// What is known of gradients when the node passed its own on: that of a node is
// complete, or the sum of what arrived up to now.
function gradientsAt(worker) {
  const arrived = new Map();
  for (let node = gradients.length - 1; node >= worker; node--) {
    if (gradients[node] === null) continue;
    for (const { operand, product } of evaluation.passedOn(node)) {
      if (product !== null) arrived.set(operand, (arrived.get(operand) ?? -0) + product);
    }
  }
  return (node) => (node >= worker || !data.active[node] || consumers.get(node) >= worker
    ? gradientOf(node) : arrived.get(node));
}

function draw(position) {
  const step = stepAt(position);
  const isForward = step?.phase === "forward";
  root.dataset.phase = step ? step.phase : position ? "end" : "start";
  let [value, gradient] = [valueOf, gradientOf];
  if (position === 0 || isForward) {
    const last = step ? step.node : -1;
    const isLeaf = (node) => data.nodes[node][0] < 2;
    value = (node) => (node <= last || (!step && isLeaf(node)) ? valueOf(node) : undefined);
    gradient = () => undefined;
  } else if (step) {
    gradient = evaluation.complete ? gradientsAt(step.node) : () => undefined;
  }
  picture.update(value, gradient, isMoving);
  picture.light(step ? step.node : null, step?.phase, step ? passing(step, isForward) : []);
  lightText(step);
  writeSentence(position, step);
}

// What goes along the edges of the step: forward values, backward local derivatives.
function passing(step, isForward) {
  const inputs = inputsOfNode(step.node);
  if (isForward || !evaluation.complete) {
    return inputs.map((operand, position) => [step.node, position, operand, undefined]);
  }
  return evaluation.passedOn(step.node)
    .filter(({ operand }) => data.active[operand])
    .map(({ operand, position, local }) => [
      step.node, position, operand, local === null ? null : `× ${fittedNumber(local, PICTURE_DIGITS, 10)}`,
    ]);
}

function inputsOfNode(node) {
  const [operation, ...inputs] = data.nodes[node];
  return operation < 2 ? [] : inputs;
}

function lightText(step) {
  for (const each of document.querySelectorAll(".lit")) each.classList.remove("lit", "forward", "backward");
  if (!step) return;
  for (const part of [...(parts.get(step.node) || []), rows.get(step.node)?.row]) {
    if (part) part.classList.add("lit", step.phase);
  }
}

function writeSentence(position, step) {
  const place = byId("sentence");
  let lines;
  if (step) lines = stepLines(data, step, evaluation, digits);
  else if (position === 0) lines = startLines();
  else lines = evaluation.complete ? meaningLines(data, evaluation, digits) : missingLines();
  place.replaceChildren(...lines.map((line) => element("p", {}, ...line.map(
    ({ text, math }) => (math === undefined ? text : element("code", {}, math)),
  ))));
}

function startLines() {
  const opening = openingLines(data, evaluation);
  return opening.length ? opening : [[{ text: "Forward, every value is computed; backward, every gradient." }]];
}

function missingLines() {
  const names = data.variables.flatMap(([name, place]) => (
    leavesOf(place).some((node) => given[node] === null) ? [name] : []
  ));
  return [[{ text: "Give values: type a number for " }, { math: names.join(", ") }, { text: "." }]];
}

const timeline = makeTimeline(byId("timeline"), {
  last: END(),
  start: END(),
  show: draw,
  describe: (position) => {
    const step = stepAt(position);
    if (!step) return position ? "the end" : "the start";
    return step.phase === "forward"
      ? `forward ${position} of ${forward}`
      : `backward ${position - forward} of ${steps.length - forward}`;
  },
  fragment: (position) => {
    const step = stepAt(position);
    if (!step) return position ? "" : "#start";
    return step.phase === "forward" ? `#forward-${position}` : `#backward-${position - forward}`;
  },
  position: (link) => {
    const [, phase, number] = /^#(forward|backward)-(\d+)$/.exec(link) || [];
    if (!phase) return link === "#start" ? 0 : null;
    const count = phase === "forward" ? forward : steps.length - forward;
    return Math.max(1, Math.min(count, Number(number))) + (phase === "forward" ? 0 : forward);
  },
  changed: () => showStep(),
});

// Scrolls the picture to what the step is about.
function showStep() {
  const step = stepAt(timeline.position());
  if (step) picture.show(step.node, inputsOfNode(step.node));
  else if (timeline.position()) picture.show(leavesOf(data.output)[chosenElement]);
}

function markTimeline() {
  byId("timeline").style.setProperty("--forward", forward / Math.max(1, END()));
}

// --- everything anew at another point, once for each frame

let waiting = false;
let resting = null;
let isMoving = false;
const REST_MILLISECONDS = 120;

function recompute() {
  compute();
  writeTable(isMoving);
  writeNotes();
  timeline.draw();
}

function recomputeSoon() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    isMoving = false;
    recompute();
  }, REST_MILLISECONDS);
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => {
    waiting = false;
    isMoving = true;
    recompute();
  });
}

// --- a box and a slider for every variable

// A round number that is at least twice the size of this one: 1, 2 or 5 and zeros.
function rangeFor(value) {
  const size = 2 * Math.abs(value);
  if (!(size > 0 && size < 1e300)) return 2;
  const power = 10 ** Math.floor(Math.log10(size));
  return [1, 2, 5, 10].map((each) => each * power).find((each) => each >= size) ?? size;
}

function joinBox(box) {
  const node = Number(box.dataset.variable);
  const slider = element("input", { type: "range", step: "any", "aria-label": `${box.name}, slider`, tabindex: 0 });
  box.after(slider);
  const setRange = () => {
    const value = given[node] ?? 0;
    const range = rangeFor(Number.isFinite(value) ? value : 0);
    slider.min = -range;
    slider.max = range;
    slider.value = Number.isFinite(value) ? value : 0;
    slider.style.setProperty("--at", (Number(slider.value) + range) / (2 * range));
    slider.setAttribute("aria-valuetext", box.value || "no value");
  };
  box.addEventListener("input", () => {
    const text = box.value.trim();
    const number = text === "" ? null : readNumber(text);
    const isWrong = text !== "" && number === null;
    box.setAttribute("aria-invalid", isWrong);
    if (isWrong) return;
    given[node] = number;
    setRange();
    recomputeSoon();
  });
  slider.addEventListener("input", () => {
    const range = Number(slider.max);
    // To a thousandth of the range: the digits behind are not what a hand can choose.
    const digit = 10 ** Math.floor(Math.log10(range / 500));
    const places = Math.max(0, -Math.floor(Math.log10(range / 500)));
    const number = Number((Math.round(Number(slider.value) / digit) * digit).toFixed(Math.min(places, 100)));
    given[node] = number + 0;
    box.value = shortNumber(given[node]);
    box.removeAttribute("aria-invalid");
    slider.style.setProperty("--at", (number + range) / (2 * range));
    slider.setAttribute("aria-valuetext", box.value);
    recomputeSoon();
  });
  setRange();
  return () => {
    box.value = given[node] === null ? "" : exactNumber(given[node]).replace(/\.0$/, "");
    box.removeAttribute("aria-invalid");
    setRange();
  };
}

const resets = [...document.querySelectorAll("input[data-variable]")].map(joinBox);
byId("reset").addEventListener("click", () => {
  Object.assign(given, givenOf(data));
  for (const reset of resets) reset();
  recompute();
});

// --- which element of a list is differentiated

const chooser = byId("element");
if (chooser) {
  chooser.addEventListener("change", () => {
    chosenElement = Number(chooser.value);
    steps = stepsOf(data, chosenElement);
    forward = steps.filter((step) => step.phase === "forward").length;
    consumers = lastConsumers();
    timeline.setLast(END());
    markTimeline();
    recompute();
  });
}

// --- folding, looking for nodes, and the size of the picture

function showRows() {
  for (const [node, { row }] of rows) row.hidden = row.classList.contains("inner") && isFolded(node);
}

function isFolded(node) {
  const chain = picture.chains.get(node);
  return chain ? picture.seen(node) !== chain.at(-1) && !picture.boxes[picture.seen(node)].nodes.includes(node) : true;
}

function fold(box, isOpen) {
  picture.setOpen(box, isOpen);
  refold();
  picture.svg.querySelector(`.fold[data-box="${box}"]`)?.focus({ preventScroll: true });
}

function refold() {
  picture.redraw();
  picture.annotate(notes.map(said));
  showRows();
  timeline.draw();
}

function foldAll(isOpen) {
  for (const box of picture.foldable) picture.setOpen(box, isOpen);
  refold();
  showStep();
}

// The step at which the node is worked on, in the phase of now; else the node alone.
function lookAt(node) {
  if (picture.reveal(node)) refold();
  const phase = stepAt(timeline.position())?.phase === "forward" ? "forward" : "backward";
  const found = steps.findIndex((step) => step.node === node && step.phase === phase);
  const place = found >= 0 ? found : steps.findIndex((step) => step.node === node);
  if (place >= 0) timeline.go(place + 1);
  picture.show(node);
}

picture.svg.addEventListener("click", (event) => {
  const button = event.target.closest(".fold");
  if (button) {
    const box = Number(button.dataset.box);
    fold(box, !picture.open.has(box));
    return;
  }
  const box = event.target.closest("[data-box-node]");
  if (box) lookAt(Number(box.dataset.boxNode));
});
picture.svg.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" && event.key !== " ") return;
  const button = event.target.closest(".fold");
  if (!button) return;
  event.preventDefault();
  event.stopPropagation();
  fold(Number(button.dataset.box), !picture.open.has(Number(button.dataset.box)));
});

byId("formula").addEventListener("click", (event) => {
  const part = event.target.closest("[data-node]");
  if (part) lookAt(Number(part.dataset.node.split(" ")[0]));
});
byId("table").addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-node]");
  if (row) lookAt(Number(row.dataset.node));
});

const search = byId("search");
// What is looked for in: each node's text, and its label.
const searched = data.texts.map((text, node) => {
  const label = rows.get(node)?.row.cells[1].textContent ?? "";
  return `${label} ${text}`.toLowerCase();
});
let found = [];
let foundAt = -1;

function look() {
  const words = search.value.trim().toLowerCase();
  found = [];
  for (const [node, { row }] of rows) {
    const isFound = words !== "" && searched[node].includes(words);
    if (isFound) found.push(node);
    row.classList.toggle("found", isFound);
  }
  foundAt = -1;
  picture.mark(found);
  setText(byId("matches"), words === "" ? "" : `${found.length} found`);
}

search.addEventListener("input", look);
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    search.value = "";
    look();
    search.blur();
  }
  if (event.key !== "Enter" || !found.length) return;
  event.preventDefault();
  foundAt = (foundAt + (event.shiftKey ? found.length - 1 : 1)) % found.length;
  const node = found[foundAt];
  setText(byId("matches"), `${foundAt + 1} of ${found.length}`);
  lookAt(node);
  picture.mark(found);
  if (picture.seen(node) === undefined) rows.get(node)?.row.scrollIntoView({ block: "center" });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || isTyping(event.target)) return;
  event.preventDefault();
  search.focus();
  search.select();
});

const tools = {
  fit: () => picture.fit(),
  larger: () => picture.zoom(picture.scale() * 1.25),
  smaller: () => picture.zoom(picture.scale() / 1.25),
  fold: () => foldAll(false),
  unfold: () => foldAll(true),
};
for (const [id, action] of Object.entries(tools)) byId(id)?.addEventListener("click", action);

addEventListener("resize", () => picture.fitReadably());

joinTheme(byId("theme"));
picture.fitReadably();
document.querySelector(".folding").hidden = !picture.foldable.length;
showRows();
markTimeline();
recompute();
showStep();
root.dataset.ready = "true";
