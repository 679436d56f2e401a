// The steps of the play with their operations and numbers.

function stepsOf(data, element) {
  const output = leavesOf(data.output)[element];
  const needed = new Set([output]);
  for (let node = output; node >= 0; node--) {
    const [operation, ...inputs] = data.nodes[node];
    if (needed.has(node) && operation > 1) inputs.forEach((each) => needed.add(each));
  }
  const nodes = [...needed].sort((a, b) => a - b).filter((node) => data.nodes[node][0] !== 0);
  const passing = nodes.filter((node) => data.active[node] && data.nodes[node][0] > 1);
  return [
    ...nodes.map((node) => ({ phase: "forward", node })),
    ...passing.reverse().map((node) => ({ phase: "backward", node })),
  ];
}

function stepLines(data, { phase, node }, evaluation, digits) {
  const text = data.texts[node];
  if (phase === "forward") return [[{ math: `${text} = ${shortNumber(evaluation.values[node], digits)}` }]];
  const passed = evaluation.complete ? evaluation.passedOn(node) : [];
  return passed.filter(({ product }) => product !== null).map(({ operand, product }) => [
    { math: text }, { text: " passes " }, { math: shortNumber(product, digits) }, { text: " on to " }, { math: data.texts[operand] },
  ]);
}

function meaningLines() { return [[{ text: "Every gradient is known." }]]; }
function openingLines() { return []; }
function notesOn() { return []; }
