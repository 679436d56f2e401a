// Joins what is on the page: the boxes of the variables, the formula, the picture, the
// table, the notes and the line of time, which all show one evaluation.

const data = readData();
const digits = data.digits;
const given = givenOf(data);
const evaluate = makeEvaluator(data);
const outputs = leavesOf(data.output);
const byId = (id) => document.getElementById(id);

// --- the present point

// The evaluation, and the gradients of the element of the result that is looked at; the
// numbers are undefined where nothing is known, a gradient null where there is none.
const present = {
  element: 0,
  evaluation: null,
  gradients: null,
  compute() {
    this.evaluation = evaluate(given, this.element);
    this.gradients = this.evaluation.complete ? this.evaluation.row() : null;
  },
  value: (node) => (present.evaluation.known(node) ? present.evaluation.values[node] : undefined),
  gradient(node) {
    if (!data.active[node]) return null;
    return present.gradients === null ? undefined : present.gradients[node] ?? 0;
  },
};

const table = makeTable(data);
const picture = makePicture(byId("picture"), data);

// How many elements of a list stand beside the formula, with how many digits: the table
// has all.
const [FEW_ELEMENTS, FEW_DIGITS] = [6, 10];

function writeResult() {
  const isKnown = outputs.every((node) => present.evaluation.known(node));
  const texts = outputs.slice(0, FEW_ELEMENTS)
    .map((node) => shortNumber(present.evaluation.values[node], digits ?? FEW_DIGITS));
  if (outputs.length > FEW_ELEMENTS) texts.push("…");
  const text = Array.isArray(data.output) ? `[${texts.join(", ")}]` : texts[0];
  setText(byId("result"), isKnown ? `= ${text}` : "= ?");
}

// --- notes

const NOTE_NAMES = { nonfinite: "not finite" };
let notes = [];

// The node of a note, and its sentence.
function said({ node, function: inside, message }) {
  return [node, inside ? `in ${inside}: ${message}` : message];
}

function writeNotes() {
  const found = present.evaluation.complete ? notesOn(data, present.evaluation) : [];
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

// --- the steps: position 0 is the start, the last one the end, when all is known

let steps;
let forwardSteps;
// For each node the last one that may pass a gradient on to it.
let lastConsumers;

function readSteps() {
  steps = stepsOf(data, present.element);
  forwardSteps = steps.filter((step) => step.phase === "forward").length;
  const output = outputs[present.element];
  lastConsumers = new Map([[output, output]]);
  for (let node = output; node >= 0; node--) {
    if (!lastConsumers.has(node)) continue;
    for (const operand of operandsOf(data, node)) lastConsumers.set(operand, node);
  }
  byId("timeline").style.setProperty("--forward", forwardSteps / lastPosition());
}

function lastPosition() {
  return steps.length + 1;
}

function stepAt(position) {
  return steps[position - 1] ?? null;
}

function draw(position) {
  const step = stepAt(position);
  document.documentElement.dataset.phase = step ? step.phase : position ? "end" : "start";
  const [value, gradient] = knownAt(position, step);
  picture.update(value, gradient, isMoving);
  picture.light(step, step ? passing(step) : []);
  table.light(step);
  writeSentence(position, step);
}

// What is known at a step: by node the value, and the gradient.
function knownAt(position, step) {
  const nothing = () => undefined;
  if (position === 0) {
    return [(node) => (operandsOf(data, node).length ? undefined : present.value(node)), nothing];
  }
  if (!step) return [present.value, present.gradient];
  if (step.phase === "forward") {
    return [(node) => (node <= step.node ? present.value(node) : undefined), nothing];
  }
  return [present.value, present.evaluation.complete ? gradientsAt(position) : nothing];
}

// The gradients when the step has passed its node's on: complete ones, or the sum of
// what has arrived.
function gradientsAt(position) {
  const arrived = new Map();
  for (const step of steps.slice(forwardSteps, position)) {
    for (const { operand, product } of contributionsOf(data, step, present.evaluation)) {
      if (product !== null) arrived.set(operand, (arrived.get(operand) ?? -0) + product);
    }
  }
  const last = stepAt(position).node;
  return (node) => {
    // What the result does not depend on has none to wait for.
    const waits = node < last && lastConsumers.get(node) < last;
    return waits && data.active[node] ? arrived.get(node) : present.gradient(node);
  };
}

// What goes along edges at a step: [operand, text], backward the local derivative, null
// for nothing.
function passing(step) {
  if (step.phase === "forward" || !present.evaluation.complete) {
    return operandsOf(data, step.node).map((operand) => [operand, undefined]);
  }
  return contributionsOf(data, step, present.evaluation).map(({ operand, local }) => (
    [operand, local === null ? null : `× ${fittedNumber(local, LOCAL_DIGITS)}`]
  ));
}

function writeSentence(position, step) {
  const { evaluation } = present;
  let lines;
  if (step) lines = stepLines(data, step, evaluation, digits);
  else if (position === 0) lines = openingLines(data, evaluation);
  else lines = evaluation.complete ? meaningLines(data, evaluation, digits) : missingLines();
  if (!lines.length) lines = [[{ text: "Forward, every value is computed; backward, every gradient." }]];
  const place = byId("sentence");
  place.replaceChildren(...lines.map((line) => element("p", {}, ...line.map(
    ({ text, math }) => (math === undefined ? text : element("code", {}, math)),
  ))));
  if (isMoving) return;
  // It keeps the height that a step needed: what is below stays where it is.
  if (step && place.offsetHeight > parseFloat(place.style.minHeight || 0)) {
    place.style.minHeight = `${place.offsetHeight}px`;
  }
  place.scrollTop = 0;
}

function missingLines() {
  const names = data.variables
    .filter(([, structure]) => leavesOf(structure).some((node) => given[node] === null))
    .map(([name]) => name);
  return [[{ text: "Type a number for " }, { math: names.join(", ") }, { text: ": values and gradients appear." }]];
}

// Scrolls the picture to what the step is about.
function showStep() {
  const step = stepAt(timeline.position());
  if (step) picture.show(step.node, operandsOf(data, step.node));
  else if (timeline.position()) picture.show(outputs[present.element]);
  else picture.show(Number(Object.keys(given)[0] ?? 0));
}

readSteps();
const timeline = makeTimeline(byId("timeline"), {
  last: lastPosition(),
  start: lastPosition(),
  show: draw,
  changed: showStep,
  describe: (position) => {
    const step = stepAt(position);
    if (!step) return position ? "the end" : "the start";
    return step.phase === "forward"
      ? `forward ${position} of ${forwardSteps}`
      : `backward ${position - forwardSteps} of ${steps.length - forwardSteps}`;
  },
  fragment: (position) => {
    const step = stepAt(position);
    if (!step) return position ? "" : "#start";
    return step.phase === "forward" ? `#forward-${position}` : `#backward-${position - forwardSteps}`;
  },
  position: (link) => {
    const [, phase, number] = /^#(forward|backward)-(\d+)$/.exec(link) || [];
    if (!phase) return link === "#start" ? 0 : null;
    const [first, count] = phase === "forward" ? [0, forwardSteps] : [forwardSteps, steps.length - forwardSteps];
    return count ? first + Math.max(1, Math.min(count, Number(number))) : null;
  },
});

// --- everything anew at another point, once for each frame

let isWaiting = false;
let isMoving = false;
let resting = null;
const REST_MILLISECONDS = 120;

function recompute() {
  present.compute();
  table.write(present, isMoving);
  writeResult();
  writeNotes();
  timeline.draw();
}

// What is out of sight is written when nothing has moved for a while.
function recomputeSoon() {
  clearTimeout(resting);
  resting = setTimeout(() => {
    resting = null;
    isMoving = false;
    recompute();
  }, REST_MILLISECONDS);
  if (isWaiting) return;
  isWaiting = true;
  requestAnimationFrame(() => {
    isWaiting = false;
    // A slow frame may come after the rest.
    if (resting === null) return;
    isMoving = true;
    recompute();
  });
}

const showGiven = joinVariables(given, recomputeSoon);
byId("reset").addEventListener("click", () => {
  Object.assign(given, givenOf(data));
  showGiven();
  recompute();
});

byId("element")?.addEventListener("change", (event) => {
  present.element = Number(event.target.value);
  readSteps();
  timeline.setLast(lastPosition());
  recompute();
});

// --- folding, and going to a node

function refold() {
  picture.redraw();
  picture.annotate(notes.map(said));
  table.showInner(picture.isShown);
  timeline.draw();
}

function toggle(box) {
  picture.setOpen(box, !picture.isOpen(box));
  refold();
  // The button is a new one.
  picture.svg.querySelector(`.fold[data-box="${box}"]`)?.focus({ preventScroll: true });
}

function foldAll(isOpen) {
  for (const box of picture.foldable) picture.setOpen(box, isOpen);
  refold();
  showStep();
}

// Goes to the step about the node in the phase that is shown, or in the other one.
function lookAt(node) {
  if (picture.reveal(node)) refold();
  const phase = stepAt(timeline.position())?.phase === "forward" ? "forward" : "backward";
  const ofNode = steps.filter((step) => step.node === node);
  const step = ofNode.find((each) => each.phase === phase) ?? ofNode[0];
  if (step) timeline.go(steps.indexOf(step) + 1);
  picture.show(node);
}

picture.svg.addEventListener("click", (event) => {
  const button = event.target.closest(".fold");
  const box = event.target.closest("[data-box-node]");
  if (button) toggle(Number(button.dataset.box));
  else if (box) lookAt(Number(box.dataset.boxNode));
});
picture.svg.addEventListener("keydown", (event) => {
  const button = event.target.closest(".fold");
  if (!button || (event.key !== "Enter" && event.key !== " ")) return;
  event.preventDefault();
  event.stopPropagation();
  toggle(Number(button.dataset.box));
});
for (const id of ["formula", "table"]) {
  byId(id).addEventListener("click", (event) => {
    const part = event.target.closest("[data-node]");
    if (part) lookAt(Number(part.dataset.node.split(" ")[0]));
  });
}

joinSearch(byId("search"), byId("matches"), {
  texts: data.texts.map((text, node) => `${table.rows.get(node).row.cells[1].textContent} ${text}`),
  lookAt,
  mark: (nodes) => {
    picture.mark(nodes);
    const found = new Set(nodes);
    for (const [node, { row }] of table.rows) row.classList.toggle("found", found.has(node));
  },
});

const TOOLS = {
  fit: () => picture.fit(),
  larger: () => picture.zoom(picture.scale() * 1.25),
  smaller: () => picture.zoom(picture.scale() / 1.25),
  fold: () => foldAll(false),
  unfold: () => foldAll(true),
};
for (const [id, action] of Object.entries(TOOLS)) byId(id).addEventListener("click", action);
document.querySelector(".folding").hidden = !picture.foldable.length;
joinTheme(byId("theme"));
watchWidth(() => {
  byId("sentence").style.minHeight = "";
  picture.fitReadably();
  showStep();
});

picture.fitReadably();
table.showInner(picture.isShown);
recompute();
showStep();
document.documentElement.dataset.ready = "true";
