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
    operations: new Array(size).fill(null),
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
      program.operations[node] = operations[number];
      program.kinds[node] = takesList ? LIST : inputs.length;
      program.functions[node] = call;
      program.operands.set(inputs, end);
      end += inputs.length;
    }
    program.starts[node + 1] = end;
  });
  return program;
}

function operandsOf(data, node) {
  // Of a literal or a variable none.
  const [operation, ...operands] = data.nodes[node];
  return operation > VARIABLE ? operands : [];
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
  // For each operation how it is called, and what it passes on to its operands: null
  // for nothing, "all" for what comes in, else a program and its results.
  const made = [];
  for (const { name, list, body } of rows) {
    const program = body && makeProgram(body.nodes, body.operands, made);
    made.push({
      name,
      body: body && { program, result: body.result },
      call: body ? callOfBody(program, body.result) : OPERATIONS[name],
      takesList: Boolean(body || list),
      passes: null,
      // The programs of the conditions of its notes, made when they are needed.
      conditions: [],
    });
  }
  rows.forEach(({ sum, contributions }, number) => {
    if (sum) made[number].passes = "all";
    if (contributions) {
      const { nodes, products, gates } = contributions;
      const program = makeProgram(nodes, products.length + 2, made);
      made[number].passes = { program, products, gates, passed: [] };
    }
  });
  return made;
}

function callOfBody(program, result) {
  return (operands) => {
    program.values.set(operands);
    run(program, program.values);
    return program.values[result];
  };
}

function pickPassed({ products, gates, passed }, values) {
  // What each operand is passed, null for nothing at all.
  for (let place = 0; place < products.length; place++) {
    const [product, gate] = [products[place], gates[place]];
    const isClosed = product === null || (gate !== null && values[gate] === 0);
    passed[place] = isClosed ? null : values[product];
  }
  return passed;
}

function backward(formula, output, seed, contribute, add, stops) {
  // By node the gradient of the output, null where nothing arrives. It is passed on by
  // what `contribute` says of a node and the gradient that comes in, not beyond the
  // set of stops, and added up by `add`.
  const { program, data } = formula;
  const { starts, operands } = program;
  const gradients = new Array(program.size).fill(null);
  gradients[output] = seed;
  if (!data.active[output]) return gradients;
  for (let node = output; node >= 0; node--) {
    const [gradient, start] = [gradients[node], starts[node]];
    if (gradient === null || start === starts[node + 1] || stops?.has(node)) continue;
    const passed = contribute(node, gradient);
    for (let place = 0; place < passed.length; place++) {
      const operand = operands[start + place];
      if (passed[place] === null || !data.active[operand]) continue;
      const total = gradients[operand];
      gradients[operand] = total === null ? passed[place] : add(total, passed[place]);
    }
  }
  return gradients;
}

function addNumbers(first, second) {
  return first + second;
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
  const formula = { data, operations, program, variables: [] };
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
    this.unknown = variables.filter((node) => (given[node] ?? null) === null);
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
    if (!this.complete) return new Array(this.values.length).fill(null);
    const contribute = (node, gradient) => this.passed(node, gradient);
    const found = backward(this.formula, output, 1, contribute, addNumbers, stops);
    return mendedGradients(this, output, found, stops);
  }

  passed(node, gradient) {
    // What the node passes on to each operand of a gradient, active or not; the array
    // is good until the next call.
    const { program, operations, data } = this.formula;
    const { passes } = operations[data.nodes[node][0]];
    const [start, end] = [program.starts[node], program.starts[node + 1]];
    if (passes === null) return [];
    if (passes === "all") return new Array(end - start).fill(gradient);
    const { values } = passes.program;
    for (let k = start; k < end; k++) values[k - start] = this.values[program.operands[k]];
    values[end - start] = this.values[node];
    values[end - start + 1] = gradient;
    run(passes.program, values);
    return pickPassed(passes, values);
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
}
