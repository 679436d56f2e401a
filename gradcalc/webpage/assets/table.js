// The table and the formula, which Python wrote: their numbers are kept at the present
// point, and what stands for a node lights up.

// The spelling of gradcalc's JSON; "" for what is not known, or does not exist.
function spelled(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? `[${value.map(spelledElement).join(", ")}]` : exactNumber(value);
}

function spelledElement(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return spelled(value);
  // JSON has no numbers that are not finite: they are texts.
  return Number.isFinite(value) ? exactNumber(value) : `"${exactNumber(value)}"`;
}

// A number as people read it; what is not known is left open.
function readable(number, digits) {
  if (number === undefined) return "";
  return number === null ? "–" : shortNumber(number, digits);
}

function setText(target, content) {
  if (target.textContent !== content) target.textContent = content;
}

// More than a frame has time for.
const MANY_GRADIENTS = 5000;

function makeTable(data) {
  const isList = Array.isArray(data.output);
  // The gradients of all elements of such a result are written when nothing moves.
  const isLarge = leavesOf(data.output).length * data.nodes.length > MANY_GRADIENTS;
  const text = document.querySelector("#formula pre");
  const rows = new Map();
  for (const row of document.querySelectorAll("#table tr[data-node]")) {
    const [value, gradient] = [...row.querySelectorAll("td.number")].map((cell) => ({ cell }));
    rows.set(Number(row.dataset.node), { row, value, gradient, isNear: false });
  }

  // While a slider moves, the texts of rows out of sight wait until it rests.
  const sight = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      rows.get(Number(target.dataset.node)).isNear = isIntersecting;
    }
  }, { rootMargin: "100px" });
  for (const { row } of rows.values()) sight.observe(row);

  // The parts of the formula, by node.
  const parts = new Map();
  for (const part of document.querySelectorAll("#formula [data-node]")) {
    for (const node of part.dataset.node.split(" ")) {
      const known = parts.get(Number(node));
      if (known) known.push(part);
      else parts.set(Number(node), [part]);
    }
  }

  // Writes the numbers that are others than before: most stay when one variable moves.
  function write(present, isMoving) {
    for (const [node, each] of rows) {
      const value = present.value(node);
      const gradient = present.gradient(node);
      if (!Object.is(each.known, value)) each.row.dataset.value = spelled(value);
      if (isList ? !(isMoving && isLarge) : !Object.is(each.arrived, gradient)) {
        each.row.dataset.gradient = spelled(present.evaluation.gradient(node));
      }
      [each.known, each.arrived] = [value, gradient];
      if (isMoving && !each.isNear) continue;
      writeCell(each.value, value);
      writeCell(each.gradient, gradient);
    }
  }

  function writeCell(shown, number) {
    if ("number" in shown && Object.is(shown.number, number)) return;
    shown.number = number;
    setText(shown.cell, readable(number, data.digits));
  }

  function light(step) {
    for (const each of document.querySelectorAll(".lit")) each.classList.remove("lit", "forward", "backward");
    if (!step) return;
    for (const each of [...(parts.get(step.node) || []), rows.get(step.node)?.row]) {
      each?.classList.add("lit", step.phase);
    }
    const part = parts.get(step.node)?.[0];
    // Only the text itself scrolls, not the page.
    if (part) text.scrollTop = part.offsetTop - text.offsetTop - text.clientHeight / 3;
  }

  // Shows the rows of nodes inside calls that are unfolded in the picture.
  function showInner(isShown) {
    for (const [node, { row }] of rows) {
      if (row.classList.contains("inner")) row.hidden = !isShown(node);
    }
  }

  return { rows, write, light, showInner };
}
