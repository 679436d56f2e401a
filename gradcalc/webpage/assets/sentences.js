// The sentences of the steps, as gradcalc explain has them, at the present point.
//
// A line is an array of pieces, {text: ...} or {math: ...}. What the lines say comes
// from the page's data (step_sentences.py): here numbers are put into their places, and
// what holds at the point is chosen.

function stepsOf(data, element = 0) {
  // The steps about that element of the result, in the order of play.
  const explanation = data.explanations[element];
  if (explanation) return explanation.steps;
  // A formula that is too large for sentences.
  const needed = new Set([leavesOf(data.output)[element]]);
  for (let node = data.nodes.length - 1; node >= 0; node--) {
    if (needed.has(node)) operandsOf(data, node).forEach((each) => needed.add(each));
  }
  const forward = [...needed].filter((node) => data.nodes[node][0] !== LITERAL);
  const passes = (node) => data.active[node] && data.nodes[node][0] !== VARIABLE;
  forward.sort((one, other) => one - other);
  return [
    ...forward.map((node) => ({ phase: "forward", node })),
    ...forward.filter(passes).reverse().map((node) => ({ phase: "backward", node })),
  ];
}

function stepLines(data, step, evaluation, digits) {
  const words = new Words(data, evaluation, digits);
  if (words.explanation === null) return [words.bareLine(step)];
  if (step.phase === "forward") return [words.valueLine(step)];
  return words.backwardLines(step);
}

function meaningLines(data, evaluation, digits) {
  // What the gradient says of each variable, and the notes that no step has.
  const words = new Words(data, evaluation, digits);
  if (words.explanation === null) return [];
  const closing = words.explanation.closing;
  if (!evaluation.complete) return closing;
  const meanings = words.explanation.meanings.map((each) => words.meaningLine(each));
  return [...closing, ...meanings, ...words.otherNotes()];
}

function contributionsOf(data, step, evaluation) {
  // What the step's node passes on, null for nothing at all; of a call that is one step,
  // to its arguments.
  const words = new Words(data, evaluation, null);
  if (words.explanation === null) return barelyPassed(data, step.node, evaluation);
  return words.contributions(step).map(({ operand, local, product }) => {
    const { node, position } = operand;
    return { operand: node, position, local, product };
  });
}

function barelyPassed(data, node, evaluation) {
  return evaluation.passedOn(node).filter(({ operand }) => data.active[operand]);
}

function openingLines(data, evaluation) {
  // What the names in the sentences stand for.
  return data.explanations[evaluation.element]?.opening ?? [];
}

function consumersIn(steps) {
  // For each node the steps that take it, each with its places among their operands.
  const consumers = new Map();
  for (const step of steps) {
    (step.operands ?? []).forEach(({ node }, place) => {
      if (!consumers.has(node)) consumers.set(node, []);
      const found = consumers.get(node);
      if (found.length === 0 || found[found.length - 1][0] !== step) found.push([step, []]);
      found[found.length - 1][1].push(place);
    });
  }
  return consumers;
}

class Words {
  // Writes the lines of one explanation at one point.

  constructor(data, evaluation, digits) {
    this.data = data;
    this.evaluation = evaluation;
    // As many as an explanation has, unless others are wanted.
    this.digits = digits ?? data.limits.digits;
    this.explanation = data.explanations[evaluation.element] ?? null;
    if (!STEP_CONTRIBUTIONS.has(evaluation)) STEP_CONTRIBUTIONS.set(evaluation, new Map());
    this.passed = STEP_CONTRIBUTIONS.get(evaluation);
  }

  // --- numbers and names

  number(value) {
    // Rounded; a whole one of a few digits as it is.
    const isWhole = Math.abs(value) < 1e6 && Number.isInteger(value);
    return shortNumber(value, isWhole ? null : this.digits);
  }

  grouped(value) {
    const text = this.number(value);
    return text.startsWith("-") ? `(${text})` : text;
  }

  product(first, second) {
    return `${this.number(first)}*${this.grouped(second)}`;
  }

  sum(terms) {
    return terms
      .map((term, place) => {
        const text = this.number(term);
        if (place === 0) return text;
        return text.startsWith("-") ? ` - ${text.slice(1)}` : ` + ${text}`;
      })
      .join("");
  }

  name(node) {
    return [{ math: this.explanation.names[node] }];
  }

  value(node) {
    return [{ math: this.number(this.evaluation.values[node]) }];
  }

  say(kind, fields = {}) {
    // The sentence with pieces, or a text, in the place of each field.
    return this.data.sentences[kind].split(/\{(\w+)\}/).flatMap((text, place) => {
      if (place % 2 === 0) return text ? [{ text }] : [];
      const field = fields[text];
      return Array.isArray(field) ? field : [{ text: String(field) }];
    });
  }

  listing(items) {
    // The items, which are arrays of pieces, as a sentence lists them: a, b and c.
    const different = new Map(items.map((item) => [JSON.stringify(item), item]));
    return [...different.values()].flatMap((item, place) => {
      if (place === 0) return item;
      return [{ text: place === different.size - 1 ? " and " : ", " }, ...item];
    });
  }

  sentence(kind, fields) {
    return [...this.say(kind, fields), { text: "." }];
  }

  // --- equations

  filled(template) {
    // The text with the values of nodes in its slots; null if one is not known.
    const { values } = this.evaluation;
    const texts = template.map((piece) => {
      if (typeof piece === "string") return piece;
      const [node] = [piece].flat();
      if (!this.evaluation.known(node)) return null;
      return Array.isArray(piece) ? this.grouped(values[node]) : this.number(values[node]);
    });
    return texts.includes(null) ? null : texts.join("");
  }

  shown(templates) {
    // What is neither unknown nor too long.
    const { formula } = this.data.limits;
    return templates
      .map((template) => this.filled(template))
      .filter((text) => text !== null && [...text].length <= formula);
  }

  equation(sides, follows = []) {
    const line = [{ math: [...new Set(sides)].join(" = ") }];
    return follows.length ? [...line, { text: "   " }, ...follows] : line;
  }

  bareLine({ phase, node }) {
    // The number alone, of a formula that is too large for sentences.
    const { evaluation, data } = this;
    const isKnown = phase === "forward" ? evaluation.known(node) : evaluation.complete;
    const text = [{ math: data.texts[node] }];
    if (!isKnown) return text;
    if (phase === "forward") return this.say("value", { node: text, value: this.value(node) });
    const gradient = [{ math: this.number(this.gradient(node)) }];
    return this.say("gradient", { node: text, gradient });
  }

  valueLine({ node, sides }) {
    const [name, ...formulas] = sides;
    const equation = [...name, ...this.shown(formulas)];
    if (this.evaluation.known(node)) {
      equation.push(this.number(this.evaluation.values[node]));
    }
    return this.equation(equation);
  }

  // --- the way back

  gradient(node) {
    // 0 where nothing arrives.
    return this.evaluation.row()[node] ?? 0;
  }

  isReached(node) {
    return this.evaluation.row()[node] !== null;
  }

  backwardLines(step) {
    const { complete } = this.evaluation;
    const lines = [[{ math: step.heading }]];
    const phrase = [{ text: step.phrase }];
    if (!complete) return [...lines, phrase];
    if (!this.isReached(step.node)) {
      return [...lines, this.say("not reached", { node: this.name(step.node) })];
    }
    lines.push(this.gradientLine(step.node, step.partial), phrase);
    const formulas = this.formulasOf(step);
    for (const each of this.contributions(step)) {
      lines.push(
        each.product === null
          ? this.nothingLine(each.operand)
          : this.receivedLine(step, each, formulas(each.operand)),
      );
    }
    for (const note of this.notes().filter(({ node }) => node === step.node)) {
      lines.push(this.noteLine(note));
    }
    return lines;
  }

  gradientSides(node) {
    const terms = this.arrived(node).map(({ product }) => product);
    const isSum = terms.length > 1 && terms.length <= this.data.limits.terms;
    return [...(isSum ? [this.sum(terms)] : []), this.number(this.gradient(node))];
  }

  gradientLine(node, partial) {
    const names = this.arrived(node).map(({ step }) => this.name(step.node));
    const isSum = names.length > 1 && names.length <= this.data.limits.terms;
    const sources = isSum ? this.say("from", { sources: this.listing(names) }) : [];
    return this.equation([partial, ...this.gradientSides(node)], sources);
  }

  receivedLine({ node }, { operand, local, product }, formula) {
    const sides = [operand.partial, ...this.shown(formula ? formula.sides : [])];
    if (!formula || !formula.number) sides.push(this.number(local));
    const words = this.say(operand.receives ?? "receives", {
      operand: this.name(operand.node),
      position: operand.position + 1,
    });
    const result = `${this.product(this.gradient(node), local)} = ${this.number(product)}`;
    return this.equation(sides, [...words, { text: " " }, { math: result }]);
  }

  nothingLine(operand) {
    return this.sentence(operand.nothing, {
      operand: this.name(operand.node),
      value: this.value(operand.node),
    });
  }

  contributions(step) {
    // What the node of the step passes on to each operand on a path.
    if (!this.passed.has(step)) this.passed.set(step, this.contributionsAnew(step));
    return this.passed.get(step);
  }

  contributionsAnew(step) {
    const passed = this.evaluation.passedOn(step.node);
    const gradient = this.evaluation.row()[step.node];
    // Of a call that is one step, what arrives at its arguments through what is inside.
    const within =
      step.stops && gradient !== null
        ? this.evaluation.backward(step.node, new Set(step.stops))
        : null;
    return step.operands.map((operand) => {
      let local = null;
      if (within) local = within[operand.node];
      else if (!step.stops) local = passed[operand.position].local;
      const product = local === null ? null : gradient * local;
      return { step, operand, local, product };
    });
  }

  arrived(node) {
    // What the node received, in the order of the steps.
    const passed = this.consumers(node).flatMap(([step, places]) => {
      if (!this.isReached(step.node)) return [];
      const contributions = this.contributions(step);
      return places.map((place) => contributions[place]);
    });
    return passed.filter(({ product }) => product !== null);
  }

  consumers(node) {
    // The steps whose nodes take it as an operand, each with its places among these.
    const { explanation } = this;
    if (!STEP_CONSUMERS.has(explanation)) {
      STEP_CONSUMERS.set(explanation, consumersIn(explanation.steps));
    }
    return STEP_CONSUMERS.get(explanation).get(node) ?? [];
  }

  formulasOf(step) {
    // The function that gives the formula of an operand's local derivative, or null.
    if (step.stops) return (operand) => operand.formulas[0];
    const passing = this.contributions(step).filter(({ local }) => local !== null);
    let [number, values, rule] = [0, [], null];
    for (number = 0; number < step.rules.length; number++) {
      if (step.rules[number] === null) return () => null;
      rule = this.data.rules[step.rules[number]];
      values = this.ruleValues(rule, step.node);
      // A book's formula that is no number where the derivative is one is passed over.
      const holds = passing.every(({ operand, local }) => {
        const root = rule.partials[operand.position];
        return root === null || !Number.isNaN(values[root]) || Number.isNaN(local);
      });
      if (holds || number === step.rules.length - 1) break;
    }
    if (rule.domain !== null && values[rule.domain] === 0) return () => null;
    const isMet = ([place, value]) => Object.is(values[place] + 0, readNumber(value) + 0);
    return (operand) =>
      operand.formulas.find(
        (each) => each.rule === number && (each.when ?? []).every(isMet),
      ) ?? null;
  }

  ruleValues(rule, node) {
    // The values of a rule's nodes at this point.
    const { formula, values } = this.evaluation;
    if (!RULE_PROGRAMS.has(rule)) {
      const rows = this.data.graphs[rule.graph];
      RULE_PROGRAMS.set(rule, makeProgram(rows, rule.given, formula.operations));
    }
    const program = RULE_PROGRAMS.get(rule);
    const operands = Array.from(inputsOf(formula.program, node), (each) => values[each]);
    program.values.set([...operands, values[node]]);
    run(program, program.values);
    return program.values;
  }

  // --- what it means

  meaningLine({ node, partial, matters }) {
    const sides = [partial, ...this.gradientSides(node)];
    return this.equation(sides, this.meaning(node, matters));
  }

  meaning(node, matters) {
    const slope = this.gradient(node);
    const name = this.name(node);
    const output = this.name(this.explanation.output);
    if (Number.isNaN(slope)) return this.say("NaN", { name });
    if (slope === 0) {
      const reasons = this.listing(this.reasons(node, matters));
      return this.say("zero", { name, reasons });
    }
    if (node === this.explanation.output) return this.say("itself", { output, name });
    const number = this.number(Math.abs(slope));
    let times = this.say("times", { number: [{ math: number }] });
    if (!Number.isFinite(slope)) times = this.say("infinitely");
    else if (number === "1") times = this.say("just");
    const verb = this.say(slope > 0 ? "rises" : "falls");
    return this.say("slope", { name, output, verb, times });
  }

  reasons(variable, matters) {
    // Why the variable's gradient is 0, searched from it towards the output.
    const output = this.name(this.explanation.output);
    if (!matters) return [this.say("unused", { output })];
    if (this.arrived(variable).some(({ product }) => product !== 0)) {
      const sum = [{ math: this.gradientSides(variable).join(" = ") }];
      return [this.say("cancel", { sum })];
    }
    const most = this.data.limits.reasons;
    const found = [];
    const [pending, visited] = [[variable], new Set([variable])];
    while (pending.length && found.length < most) {
      const node = pending.pop();
      // As the engine's: the consumers in the order of the nodes.
      for (const [step, places] of [...this.consumers(node)].reverse()) {
        const reason = this.reason(step, places[0]);
        if (reason !== null) {
          found.push(reason);
        } else if (!visited.has(step.node)) {
          visited.add(step.node);
          pending.push(step.node);
        }
      }
    }
    // A condition, which passes nothing, is named only if there is no other reason.
    const telling = found.filter(({ kind }) => kind !== "flat");
    return (telling.length ? telling : found).slice(0, most).map(({ pieces }) => pieces);
  }

  reason(step, place) {
    // What keeps the step's node from contributing there; null if it got 0 itself.
    if (!this.isReached(step.node)) return null;
    const { operand, local, product } = this.contributions(step)[place];
    const { node } = operand;
    let kind = "small";
    if (product === null) {
      kind = { never: "flat", "where it is": "alone" }[operand.nothing] ?? "unselected";
    } else if (local === 0) {
      return { kind: "factor", pieces: this.factor(step, operand) };
    } else if (this.gradient(step.node) === 0) {
      return null;
    }
    const consumer = this.name(step.node);
    const fields = { consumer, operand: this.name(node), value: this.value(node) };
    return { kind, pieces: this.say(kind, fields) };
  }

  factor(step, operand) {
    // That the local derivative is 0, or what it is made of.
    const formula = this.formulasOf(step)(operand);
    const text = formula ? this.filled(formula.sides[0] ?? ["0"]) : "0";
    if (text !== "0" && formula.leaf !== undefined) {
      return this.say("factor", { factor: this.name(formula.leaf) });
    }
    const derivative = text === "0" ? operand.partial : `${operand.partial} = ${text}`;
    return this.say("derivative", { derivative: [{ math: derivative }] });
  }

  // --- notes

  notes() {
    const { data, evaluation } = this;
    if (!EVALUATION_NOTES.has(evaluation)) EVALUATION_NOTES.set(evaluation, notesOn(data, evaluation));
    return EVALUATION_NOTES.get(evaluation);
  }

  otherNotes() {
    const told = new Set(
      this.explanation.steps
        .filter((step) => step.phase === "backward" && this.isReached(step.node))
        .map((step) => step.node),
    );
    return this.notes()
      .filter(({ node }) => !told.has(node))
      .map((note) => this.noteLine(note));
  }

  noteLine({ function: library, message }) {
    const note = library ? `in ${library}: ${message}` : message;
    return this.sentence("note", { note });
  }
}

// What is worked out once: for an explanation, a rule, an evaluation.
const STEP_CONSUMERS = new WeakMap();
const RULE_PROGRAMS = new WeakMap();
const STEP_CONTRIBUTIONS = new WeakMap();
const EVALUATION_NOTES = new WeakMap();
