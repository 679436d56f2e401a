// Values forward and gradients backward over the list of nodes, as the engine has them.
//
// What an operation passes on to its operands is a small graph of its own, in which the
// first nodes are the operands, the next is the operation's value and the one after it
// the gradient that comes in. All these graphs are run by the same loop.

const LITERAL = 0;
const VARIABLE = 1;

// How a node calls its function: not at all, with so many numbers, or with a list.
const [NOTHING, ONE, TWO, THREE, LIST] = [0, 1, 2, 3, 4];

function makeProgram(rows, first, operations) {
  // Rows [operation, input, input, ...] as arrays that are quick to go over. The nodes
  // before `first` are given; those after them are the rows.
  const size = first + rows.length;
  const program = {
    first,
    size,
    kinds: new Uint8Array(size),
    functions: new Array(size).fill(null),
    // Node k has the operands from starts[k] to starts[k + 1].
    starts: new Int32Array(size + 1),
    operands: new Int32Array(rows.reduce((sum, row) => sum + row.length - 1, 0)),
    // Room for the values, in which those of the literals stand.
    values: new Float64Array(size),
  };
  let end = 0;
  rows.forEach(([number, ...inputs], place) => {
    const node = first + place;
    if (number === LITERAL) {
      program.values[node] = readNumber(inputs[0]);
    } else if (number !== VARIABLE) {
      const { call, takesList } = operations[number];
      program.kinds[node] = takesList ? LIST : inputs.length;
      program.functions[node] = call;
      program.operands.set(inputs, end);
      end += inputs.length;
    }
    program.starts[node + 1] = end;
  });
  return program;
}

function inputsOf(program, node) {
  return program.operands.subarray(program.starts[node], program.starts[node + 1]);
}

function run(program, values) {
  // Fill in the values of all nodes that are neither given nor literals.
  const { kinds, functions, starts, operands } = program;
  for (let node = program.first; node < program.size; node++) {
    const [call, start] = [functions[node], starts[node]];
    switch (kinds[node]) {
      case ONE:
        values[node] = call(values[operands[start]]);
        break;
      case TWO:
        values[node] = call(values[operands[start]], values[operands[start + 1]]);
        break;
      case THREE:
        values[node] = call(
          values[operands[start]],
          values[operands[start + 1]],
          values[operands[start + 2]],
        );
        break;
      case LIST:
        values[node] = call(Array.from(inputsOf(program, node), (each) => values[each]));
        break;
    }
  }
}

function madeOperations(rows) {
  // For each operation how it is called, and what it passes on.
  const made = [];
  for (const row of rows) {
    const { name, body } = row;
    const call = body ? functionOfBody(body, made) : OPERATIONS[name];
    made.push({ name, call, takesList: Boolean(body || row.list), passOn: null });
  }
  rows.forEach(({ sum, contributions }, number) => {
    if (sum) made[number].passOn = passOnAll;
    if (contributions) made[number].passOn = passingOn(contributions, made);
  });
  return made;
}

function functionOfBody({ nodes, operands, result }, operations) {
  const program = makeProgram(nodes, operands, operations);
  return (given) => {
    program.values.set(given);
    run(program, program.values);
    return program.values[result];
  };
}

// What a node passes on to each operand, null for nothing at all: a function of the
// values of the graph, its program, the node and the gradient that comes in.

function passOnAll(values, program, node, gradient) {
  return new Array(inputsOf(program, node).length).fill(gradient);
}

function passingOn({ nodes, products, gates }, operations) {
  const count = products.length;
  const inner = makeProgram(nodes, count + 2, operations);
  const passed = new Array(count).fill(null);
  const found = inner.values;
  return (values, program, node, gradient) => {
    const start = program.starts[node];
    for (let k = 0; k < count; k++) found[k] = values[program.operands[start + k]];
    found[count] = values[node];
    found[count + 1] = gradient;
    run(inner, found);
    for (let k = 0; k < count; k++) {
      const isClosed = gates[k] !== null && found[gates[k]] === 0;
      passed[k] = products[k] === null || isClosed ? null : found[products[k]];
    }
    return passed;
  };
}

function leavesOf(structure) {
  return Array.isArray(structure) ? structure.flatMap(leavesOf) : [structure];
}

function arranged(structure, leaf) {
  // The structure with what the function makes of each of its leaves, in order.
  if (!Array.isArray(structure)) return leaf(structure);
  return structure.map((part) => arranged(part, leaf));
}

function givenOf(data) {
  // The value of each variable node as the page was made, null where it is not known.
  const given = {};
  for (const [node, value] of Object.entries(data.given)) {
    given[node] = value === null ? null : readNumber(value);
  }
  return given;
}

function makeEvaluator(data) {
  // The function from given values, by variable node, to an evaluation. It is of the
  // result's element with this number, if the result is a list.
  const operations = madeOperations(data.operations);
  const program = makeProgram(data.nodes, 0, operations);
  const passOn = data.nodes.map(([number]) => operations[number].passOn);
  const formula = { data, operations, program, passOn, variables: [], consumers: null };
  data.nodes.forEach(([number], node) => {
    if (number === VARIABLE) formula.variables.push(node);
  });
  return (given, element = 0) => new Evaluation(formula, given, element);
}

class Evaluation {
  // The values, and the gradients once they are asked for, at a point.

  constructor(formula, given, element) {
    const { program, variables, data } = formula;
    this.formula = formula;
    this.element = element;
    this.outputs = leavesOf(data.output);
    this.values = program.values.slice();
    this.unknown = variables.filter((node) => given[node] === null);
    this.complete = this.unknown.length === 0;
    for (const node of variables) this.values[node] = given[node] ?? NaN;
    run(program, this.values);
    this.rows = [];
    this.knownFlags = null;
  }

  known(node) {
    // Whether the value of the node depends on known variables alone.
    if (this.complete) return true;
    if (this.knownFlags === null) {
      const { program } = this.formula;
      const flags = (this.knownFlags = new Uint8Array(program.size).fill(1));
      for (const node of this.unknown) flags[node] = 0;
      for (let node = 0; node < program.size; node++) {
        if (!inputsOf(program, node).every((operand) => flags[operand])) flags[node] = 0;
      }
    }
    return this.knownFlags[node] === 1;
  }

  row(k = this.element) {
    // By node the gradient of one element of the result, null where nothing arrives.
    return (this.rows[k] ??= this.backward(this.outputs[k]));
  }

  backward(output, stops = null) {
    // By node the gradient of a node, which goes no further than the set of stops.
    const { program, data } = this.formula;
    const gradients = new Array(program.size).fill(null);
    if (!this.complete) return gradients;
    gradients[output] = 1;
    if (!data.active[output]) return gradients;
    const { starts, operands } = program;
    for (let node = output; node >= 0; node--) {
      const [gradient, start] = [gradients[node], starts[node]];
      if (gradient === null || start === starts[node + 1] || stops?.has(node)) continue;
      const passed = this.passed(node, gradient);
      for (let place = 0; place < passed.length; place++) {
        const operand = operands[start + place];
        if (passed[place] === null || !data.active[operand]) continue;
        const total = gradients[operand];
        gradients[operand] = total === null ? passed[place] : total + passed[place];
      }
    }
    return gradients;
  }

  passed(node, gradient) {
    // What the node passes on to each operand of a gradient, active or not; the array
    // is good until the next call.
    const { program, passOn } = this.formula;
    return passOn[node](this.values, program, node, gradient);
  }

  value(structure) {
    return arranged(structure, (node) => this.values[node]);
  }

  gradient(node) {
    // As gradcalc's JSON has it: null for what depends on nothing that is wanted.
    const { data } = this.formula;
    if (!this.complete || !data.active[node]) return null;
    let k = 0;
    return arranged(data.output, () => this.row(k++)[node] ?? 0);
  }

  passedOn(node) {
    // For each operand what the node multiplies a gradient by, and what it passes on.
    const { program, data } = this.formula;
    const operands = Array.from(inputsOf(program, node));
    const gradient = this.row()[node];
    const passes = gradient !== null && data.active[node] && operands.length > 0;
    const local = passes ? [...this.passed(node, 1)] : [];
    const products = passes ? [...this.passed(node, gradient)] : [];
    return operands.map((operand, position) => {
      const arrives = passes && data.active[operand] && products[position] !== null;
      return {
        operand,
        position,
        local: arrives ? local[position] : null,
        product: arrives ? products[position] : null,
      };
    });
  }

  arrived(node) {
    // What the node receives, in the order in which it is added up.
    const found = [];
    for (const [from, position] of this.consumers(node)) {
      const { product } = this.passedOn(from)[position];
      if (product !== null) found.push({ from, position, product });
    }
    return found;
  }

  consumers(node) {
    // The places where the node is an operand, those of the last node first.
    const { formula } = this;
    const { program } = formula;
    if (formula.consumers === null) {
      formula.consumers = Array.from({ length: program.size }, () => []);
      for (let from = program.size - 1; from >= 0; from--) {
        inputsOf(program, from).forEach((operand, position) => {
          formula.consumers[operand].push([from, position]);
        });
      }
    }
    return formula.consumers[node];
  }
}
