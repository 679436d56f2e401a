// Gradients that leave the range of doubles on their way, mended as the engine does.
//
// A gradient may be an ordinary number although one that it is made of is not: that of
// 1/exp(x) at 400 is -3.6e-348 before the derivative of exp, 5e173, lifts it. Such a
// pass is done again with the same formulas over wide numbers, from the same values.

function isOrdinary(gradient) {
  // Times a derivative it is no number that a double would not hold, unless that is
  // seen in the product.
  const size = Math.abs(gradient);
  return size > 1e-150 && size < 1e150;
}

function mendedGradients(evaluation, output, gradients, stops) {
  // The gradients, those of a second pass if this one has lost a finite number. These
  // have `beyond`: by node what was rounded to 0 or an infinity.
  const isDoubtful = gradients.map((each) => each !== null && !isOrdinary(each));
  if (!isDoubtful.includes(true)) return gradients;
  const { formula } = evaluation;
  const loses = gradients.some(
    (gradient, node) =>
      gradient !== null &&
      Number.isFinite(gradient) &&
      !stops?.has(node) &&
      losesAt(evaluation, node, gradient, isDoubtful),
  );
  if (!loses) return gradients;
  const contribute = (node, gradient) => widelyPassed(evaluation, node, gradient);
  const exact = backward(formula, output, WIDE.of(1), contribute, WIDE.plus, stops);
  const rounded = exact.map((each) => (each === null ? null : WIDE.nearest(each)));
  if (rounded.every((each, node) => each === null || each === gradients[node])) {
    return gradients;
  }
  rounded.beyond = new Map();
  exact.forEach((each, node) => {
    const isLost = rounded[node] === 0 || Math.abs(rounded[node]) === Infinity;
    if (each !== null && typeof each !== "number" && isLost && hasInputs(formula, node)) {
      rounded.beyond.set(node, each);
    }
  });
  return rounded;
}

function hasInputs({ program }, node) {
  return program.starts[node] < program.starts[node + 1];
}

function losesAt(evaluation, node, gradient, isDoubtful) {
  // Whether what the node passes on to a doubtful operand is not what it should be.
  const { program, data, operations } = evaluation.formula;
  const { passes } = operations[data.nodes[node][0]];
  if (!data.active[node] || passes === null || passes === "all") return false;
  const inputs = inputsOf(program, node);
  if (!inputs.some((operand) => isDoubtful[operand] && data.active[operand])) return false;
  const passed = [...evaluation.passed(node, gradient)];
  let exact = null;
  return inputs.some((operand, place) => {
    const got = passed[place];
    // What is 0 because the gradient is has lost nothing.
    const isLooked = isDoubtful[operand] && data.active[operand];
    if (!isLooked || got === null || (gradient === 0 && got === 0)) return false;
    const isPassedOn = hasInputs(evaluation.formula, operand);
    const factor = factorOf(passes, place);
    if (factor !== null) {
      // What a variable receives is rounded once, and passed on no more.
      return isPassedOn && factor !== 0 && Number.isFinite(factor) && !isNormal(got);
    }
    exact ??= widelyPassed(evaluation, node, WIDE.of(gradient));
    const wanted = exact[place];
    if (wanted === null || !WIDE.isFinite(wanted)) return false;
    const nearest = WIDE.nearest(wanted);
    if (isPassedOn && wanted !== 0 && !isNormal(nearest)) return true;
    return !isClose(got, nearest);
  });
}

function isNormal(x) {
  return Math.abs(x) > 2.3e-308 && Math.abs(x) < 1.7e308;
}

function isClose(x, y) {
  // A number below 1e-308 has fewer digits anyway.
  const most = Math.max(Math.abs(x), Math.abs(y));
  if (x === y) return true;
  return most < Infinity && Math.abs(x - y) <= Math.max(1e-9 * most, 1e-308);
}

function factorOf({ program, products }, place) {
  // What the gradient is multiplied by, if that is an operand or the node's own value;
  // null if it is computed. The values of the program are those of the last run.
  const product = products[place];
  const given = program.first;
  if (program.operations[product]?.name !== "*") return null;
  const [gradient, factor] = inputsOf(program, product);
  return gradient === given - 1 && factor < given ? program.values[factor] : null;
}

function widelyPassed(evaluation, node, gradient) {
  // What the node passes on of a wide gradient.
  const { program, data, operations } = evaluation.formula;
  const { passes } = operations[data.nodes[node][0]];
  const inputs = Array.from(inputsOf(program, node));
  if (passes === "all") return inputs.map(() => gradient);
  const given = [...inputs, node].map((each) => WIDE.of(evaluation.values[each]));
  const values = widely(passes.program, [...given, gradient]);
  return pickPassed({ ...passes, passed: [] }, values);
}

function widely(program, values) {
  // The values of all nodes as wide numbers, from those that are given.
  for (let node = program.first; node < program.size; node++) {
    const operation = program.operations[node];
    if (operation === null) {
      values[node] = WIDE.of(program.values[node]);
      continue;
    }
    const operands = Array.from(inputsOf(program, node), (each) => values[each]);
    operation.widely ??= widelyCalled(operation);
    const { widely: call, takesList } = operation;
    values[node] = takesList ? call(operands) : call(...operands);
  }
  return values;
}

function widelyCalled({ name, body }) {
  if (!body) return WIDE.operation(name);
  return (operands) => widely(body.program, [...operands])[body.result];
}
