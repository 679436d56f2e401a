// What the reader should know of a result: conventions used, numbers not finite. The
// engine says it in the same words.

// What a sum of probabilities, or 1 minus one, may be off by.
const ROUNDING = 1e-9;

// A note does not quote more of a text than this.
const LONGEST_TEXT = 400;

function notesOn(data, evaluation) {
  // The notes, each with its node, kind and message, and the function of the library
  // that the node is in. There are none while a variable has no value.
  if (!evaluation.complete) return [];
  return [
    ...firstNonfiniteValue(data, evaluation),
    ...firstNonfiniteGradient(data, evaluation),
    ...outOfRange(data, evaluation),
    ...singularities(data, evaluation),
    ...noProbabilities(data, evaluation),
  ];
}

function noteOn(data, node, kind, message) {
  return { node, kind, message, function: data.functions[node] ?? null };
}

function noteNumber(x) {
  // Shortest digits, whole numbers without a point.
  if (Number.isInteger(x) && Math.abs(x) < 1e15) return Object.is(x, -0) ? "-0" : String(x);
  return Number.isFinite(x) ? exactNumber(x) : shortNumber(x);
}

function firstNonfiniteValue(data, { values }) {
  for (let node = 0; node < values.length; node++) {
    if (Number.isFinite(values[node])) continue;
    const [operation] = data.nodes[node];
    let message = `${data.texts[node]} is ${noteNumber(values[node])}`;
    if (operation === VARIABLE) message += ", as given";
    else if (operation === LITERAL) {
      if (data.meant.includes(node)) continue;
      message += ", the nearest that a double can hold";
    } else {
      const reason = inputsText(data, values, node);
      if (reason) message += ` because ${reason}`;
    }
    return [noteOn(data, node, "nonfinite", message)];
  }
  return [];
}

function inputsText(data, values, node) {
  // The inputs with their values, "x is 0 and y is 2", without constant ones.
  const [, ...all] = data.nodes[node];
  const inputs = [...new Set(all)];
  const wanted = inputs.filter((operand) => data.active[operand]);
  const parts = [];
  for (const operand of wanted.length ? wanted : inputs) {
    const [text, value] = [data.texts[operand], noteNumber(values[operand])];
    if (data.nodes[operand][0] !== LITERAL && text !== value) {
      parts.push(`${text} is ${value}`);
    } else if (!wanted.length && text.startsWith("-")) {
      // Of constants, half a reason would blame the wrong one: (-8)^(1/3).
      return "";
    }
  }
  if (parts.length <= 3) return parts.join(" and ");
  const odd = all.filter((operand) => !Number.isFinite(values[operand]));
  const named = odd.map((each) => `${data.texts[each]} is ${noteNumber(values[each])}`);
  const said = named.length ? named.slice(0, 3) : [parts[0], parts[1], "so on"];
  return said.join(" and ");
}

function firstNonfiniteGradient(data, evaluation) {
  // On the first contribution, or sum of them, that is not finite.
  for (let k = 0; k < evaluation.outputs.length; k++) {
    const row = evaluation.row(k);
    if (row.every((each) => each === null || Number.isFinite(each))) continue;
    for (let node = row.length - 1; node >= 0; node--) {
      if (row[node] === null || !Number.isFinite(row[node]) || !data.active[node]) continue;
      const [, ...inputs] = data.nodes[node];
      const passed = inputs.length ? [...evaluation.passed(node, row[node])] : [];
      for (const [position, operand] of inputs.entries()) {
        const each = passed[position] ?? null;
        if (each !== null && data.active[operand] && !Number.isFinite(each)) {
          return [gradientNote(data, evaluation, node, position, row[node])];
        }
      }
    }
    // Finite contributions that overflowed where they met.
    let node = row.length - 1;
    while (row[node] === null || Number.isFinite(row[node])) node -= 1;
    const message =
      `the gradient of ${data.texts[node]} is ${noteNumber(row[node])}:` +
      " the contributions it receives add up to more than the largest double";
    return [noteOn(data, node, "nonfinite", message)];
  }
  return [];
}

function gradientNote(data, evaluation, node, position, gradient) {
  const [operation, ...inputs] = data.nodes[node];
  const { domain, partials } = data.operations[operation];
  const local = evaluation.passed(node, 1)[position] ?? NaN;
  const reason = inputsText(data, evaluation.values, node);
  let message = `in ${data.texts[node]}, where ${reason},`;
  message += ` the derivative for ${data.texts[inputs[position]]}`;
  if (domain && Number.isNaN(local)) {
    return noteOn(data, node, "nonfinite", `${message} does not exist: NaN`);
  }
  const formula = partials[position];
  if (formula !== null) {
    message += `, ${cutMiddle(filledFormula(data, formula, [...inputs, node]))}`;
  }
  message += `, is ${noteNumber(local)}`;
  if (gradient !== 1) {
    message += `; times the gradient that comes in, ${noteNumber(gradient)}`;
    message += `*${noteNumber(local)}, it is ${noteNumber(gradient * local)}`;
  }
  return noteOn(data, node, "nonfinite", message);
}

function filledFormula(data, parts, nodes) {
  // The formula with the texts of the nodes in the places of their numbers.
  const filled = parts.map((part) => {
    if (typeof part === "string") return part;
    const [place, isLoose] = Array.isArray(part) ? [part[0], true] : [part, false];
    const node = nodes[place];
    return isLoose && !data.primary[node] ? `(${data.texts[node]})` : data.texts[node];
  });
  return filled.join("");
}

function cutMiddle(text) {
  const characters = Array.from(text);
  if (characters.length <= LONGEST_TEXT) return text;
  const half = Math.floor((LONGEST_TEXT - 3) / 2);
  return `${characters.slice(0, half).join("")} … ${characters.slice(-half).join("")}`;
}

function outOfRange(data, evaluation) {
  // On the first gradient on the way back that no double holds.
  for (let k = 0; k < evaluation.outputs.length; k++) {
    const { beyond } = evaluation.row(k);
    if (!beyond?.size) continue;
    const node = [...beyond.keys()].reduce((last, each) => Math.max(last, each));
    const message =
      `the gradient of ${data.texts[node]} is ${WIDE.fourDigits(beyond.get(node))},` +
      " beyond the range of doubles; it is rounded here, but passed on as it is";
    return [noteOn(data, node, "range", message)];
  }
  return [];
}

function singularities(data, evaluation) {
  const reached = new Uint8Array(evaluation.values.length);
  evaluation.outputs.forEach((_, k) => {
    evaluation.row(k).forEach((each, node) => {
      if (each !== null) reached[node] = 1;
    });
  });
  for (const [node, gate] of data.differentiated) {
    if (gate === null || evaluation.values[gate] !== 0) reached[node] = 1;
  }
  const last = evaluation.outputs.reduce((most, each) => Math.max(most, each), -1);
  const notes = [];
  for (const node of data.singular) {
    if (!data.active[node]) continue;
    const [number, ...inputs] = data.nodes[node];
    const { flat, singular } = data.operations[number];
    // A gradient must have arrived, unless the operation passes none anyway.
    if (!reached[node] && !(flat && node <= last)) continue;
    for (const [place, { of, kind, message }] of singular.entries()) {
      if (of !== null && !data.active[inputs[of]]) continue;
      if (conditionHolds(data, evaluation, node, place)) {
        notes.push(noteOn(data, node, kind, `${data.texts[node]}: ${message}`));
      }
    }
  }
  return notes;
}

function conditionHolds(data, evaluation, node, place) {
  const { formula, values } = evaluation;
  const [number, ...inputs] = data.nodes[node];
  const { condition } = data.operations[number].singular[place];
  const { conditions } = formula.operations[number];
  const program = (conditions[place] ??= makeProgram(
    condition.nodes,
    inputs.length + 1,
    formula.operations,
  ));
  [...inputs, node].forEach((each, k) => {
    program.values[k] = values[each];
  });
  run(program, program.values);
  return program.values[condition.result] === 1;
}

function noProbabilities(data, { values }) {
  // On the first of the numbers in each function that are no probabilities.
  const [notes, said] = [[], new Set()];
  for (const [node, taker, name, instead] of data.probabilities) {
    const value = values[node];
    if (said.has(name) || !(value < -ROUNDING || value > 1 + ROUNDING)) continue;
    said.add(name);
    const message =
      `${data.texts[node]} is ${noteNumber(value)}, which is no probability;` +
      ` ${instead} takes any number`;
    notes.push(noteOn(data, taker, "outside", message));
  }
  return notes;
}
