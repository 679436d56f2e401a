// The picture: boxes with their values and gradients, and the edges between them. It is
// drawn anew when something folds; numbers that change are written in place.

// The number with as many digits as there is room for.
function fittedNumber(number, digits, characters = CELL_CHARACTERS) {
  let text = shortNumber(number, digits);
  for (let fewer = Math.min(digits, characters); text.length > characters && fewer > 1; fewer--) {
    text = shortNumber(number, fewer);
  }
  return text;
}

// A few numbers as a list, or from the least to the greatest of many.
function fittedNumbers(numbers, digits, characters) {
  if (numbers.length <= FEW_NUMBERS) {
    const text = `[${numbers.map((each) => shortNumber(each, Math.min(digits, 4))).join(", ")}]`;
    if (text.length <= characters) return text;
  }
  let least = Infinity;
  let greatest = -Infinity;
  let nan = false;
  for (const each of numbers) {
    if (each < least) least = each;
    if (each > greatest) greatest = each;
    nan ||= each !== each;
  }
  const half = Math.floor((characters - 3) / 2);
  const ends = [least, greatest].map((each) => fittedNumber(each, 3, half));
  const range = ends[0] === ends[1] ? ends[0] : ends.join(" … ");
  if (!nan) return range;
  return least > greatest ? "NaN" : "some NaN";
}

function makePicture(container, data) {
  const { boxes, levels } = data.picture;
  const open = new Set(data.picture.open);
  const digits = Math.min(data.digits || PICTURE_DIGITS, PICTURE_DIGITS);
  const pen = document.createElement("canvas").getContext("2d");
  const style = getComputedStyle(container);
  const mono = style.getPropertyValue("--mono");

  // The boxes around each node, from the outermost to its own.
  const chains = new Map();
  const place = [];
  levels.forEach((level, l) => {
    level.boxes.forEach((box, k) => { place[box] = { level: l, index: level.ports.length + k }; });
  });
  function listChains(level, around) {
    for (const box of levels[level].boxes) {
      const chain = [...around, box];
      if (boxes[box].level !== undefined) listChains(boxes[box].level, chain);
      else for (const node of boxes[box].nodes) chains.set(node, chain);
    }
  }
  listChains(0, []);

  // Of what is drawn: by box its elements and place, by both its ends an edge.
  let drawn = new Map();
  let edges = new Map();
  let size = { width: 0, height: 0 };
  let scale = 1;
  // What is lit, as a text, and the nodes that are marked.
  let lit = "";
  let marked = [];
  const svg = svgElement("svg", { class: "graph", role: "group", "aria-label": "the picture of the formula" });
  container.append(svg);

  function widthOf(text, font) {
    pen.font = `${font} ${mono}`;
    return pen.measureText(text).width;
  }

  function cut(text, room, font) {
    if (widthOf(text, font) <= room) return text;
    // Long formulas often begin alike and differ at their ends.
    const letters = Array.from(text);
    let many = letters.length;
    let shorter = text;
    while (many > 2 && widthOf(shorter, font) > room) {
      many--;
      const head = Math.ceil(many * 0.4);
      shorter = `${letters.slice(0, head).join("")}…${letters.slice(head - many).join("")}`;
    }
    return shorter;
  }

  // The outermost box around the node that is folded, which is seen in its place.
  function seen(node) {
    const chain = chains.get(node);
    return chain && (chain.find((box) => boxes[box].level !== undefined && !open.has(box)) ?? chain.at(-1));
  }

  // Whether the node has a box of its own, or is the result of a call that is folded.
  function isShown(node) {
    return chains.has(node) && boxes[seen(node)].nodes.includes(node);
  }

  function isFrame(box) {
    return boxes[box].level !== undefined && open.has(box);
  }

  const layout = makeLayout(data.picture, isFrame, widthOf);

  // Draws everything anew: when something is folded or unfolded.
  function redraw() {
    const whole = layout(0);
    drawn = new Map();
    edges = new Map();
    const below = svgElement("g", {});
    const middle = svgElement("g", { fill: "none" });
    const above = svgElement("g", {});
    const labels = svgElement("g", { class: "labels" });
    const placed = new Map();
    put(whole, 12, 12 - whole.top, below, above, placed);
    size = { width: whole.width + 24, height: whole.height + 24 };
    connect(placed, middle, labels);
    svg.replaceChildren(below, middle, above, labels);
    lit = "";
    mark(marked);
    resize();
  }

  function put(inner, x, y, below, above, placed) {
    placed.set(inner.level, { inner, x, y });
    for (const item of inner.items) {
      const at = { x: x + item.x, y: y + item.y };
      if (!item.inner) {
        drawn.set(item.box, drawBox(item, at, above));
        continue;
      }
      const upper = at.y - item.height / 2;
      const box = boxes[item.box];
      const frame = svgElement("g", { class: `frame${box.list ? " list" : ""}` });
      frame.append(svgElement("rect", { x: at.x, y: upper, width: item.full, height: item.height, rx: 12 }));
      const title = cut(frameTitle(box), item.full - 24, "600 12px");
      frame.append(foldButton(item.box, title, at.x + 12, upper + 17, true));
      below.append(frame);
      drawn.set(item.box, { left: at.x, right: at.x + item.full, y: at.y, top: upper, bottom: upper + item.height, group: frame });
      put(item.inner, at.x + FRAME.side, upper + FRAME.head - item.inner.top, below, above, placed);
    }
  }

  function foldButton(box, text, x, y, isOpen) {
    const { name, symbol } = boxes[box];
    const what = symbol === "variable" ? name : `${symbol} ${name}`;
    const made = svgElement("text", {
      x, y, class: "fold", role: "button", tabindex: 0, "aria-expanded": isOpen, "data-box": box,
      "aria-label": `${isOpen ? "fold" : "unfold"} ${what}`,
    }, text);
    return made;
  }

  function drawBox(item, at, above) {
    const box = boxes[item.box];
    const { kind, nodes } = box;
    const left = at.x + (item.pill ? item.pill + PILL_GAP : 0);
    const top = at.y - item.height / 2;
    const group = svgElement("g", { class: `box ${kind}${box.output ? " output" : ""}` });
    if (nodes.length === 1) group.setAttribute("data-box-node", nodes[0]);
    group.append(svgElement("title", {}, box.name));
    const found = { group, left: at.x, right: left + item.width, y: at.y, top, bottom: top + item.height };
    if (item.pill) {
      group.append(
        svgElement("line", { class: "stem", x1: at.x + item.pill, x2: left, y1: at.y, y2: at.y }),
        svgElement("rect", { class: "pill", x: at.x, y: at.y - PILL_HEIGHT / 2, width: item.pill, height: PILL_HEIGHT, rx: PILL_HEIGHT / 2 }),
        svgElement("text", { class: "symbol", x: at.x + item.pill / 2, y: at.y + 4.5 }, box.symbol),
      );
    }
    const round = kind === "variable" ? 14 : kind === "literal" ? LITERAL_HEIGHT / 2 : 7;
    group.append(svgElement("rect", { class: "body", x: left, y: top, width: item.width, height: item.height, rx: round }));
    if (nodes.length > 1) group.insertBefore(
      svgElement("rect", { class: "body behind", x: left + 4, y: top + 4, width: item.width, height: item.height, rx: round }),
      group.lastChild,
    );
    if (kind === "literal") {
      group.append(svgElement("text", { class: "name", x: left + item.width / 2, y: at.y + 4.5 }, cut(box.name, item.width - 12, "12px")));
    } else {
      const canFold = box.level !== undefined;
      const half = left + item.width / 2;
      const room = item.width - 20 - (canFold ? 16 : 0);
      const name = svgElement("text", { class: "name", x: half - (canFold ? 8 : 0), y: top + 17 });
      name.append(cut(box.name, room, "600 12.5px"));
      if (box.shape) name.append(svgElement("tspan", { class: "shape" }, ` ${box.shape}`));
      found.value = svgElement("text", { class: "number value", x: left + item.width / 4 + 1, y: top + 40 });
      found.gradient = svgElement("text", { class: "number gradient", x: left + (3 * item.width) / 4 - 1, y: top + 40 });
      group.append(
        name,
        svgElement("path", { class: "rule", d: `M${left} ${top + 25}h${item.width}M${half} ${top + 25}v${item.height - 25}` }),
        found.value, found.gradient,
      );
      found.characters = Math.floor((item.width / 2 - 5) / widthOf("0", "12px"));
      if (canFold) group.append(foldButton(item.box, "▸", left + item.width - 18, top + 17, false));
    }
    above.append(group);
    return found;
  }

  // The edges between the boxes that are seen.
  function connect(placed, middle, labels) {
    for (const [node] of chains) {
      operandsOf(data, node).forEach((operand) => {
        const source = seen(operand);
        const target = seen(node);
        if (source === undefined || source === target) return;
        const key = `${source} ${target}`;
        if (!edges.has(key)) {
          const path = svgElement("path", { class: "edge", d: curve(route(operand, node, placed)) });
          edges.set(key, { path, labels });
          middle.append(path);
        }
      });
    }
  }

  // The points from what is seen of the operand to what is seen of the node. A pair of
  // points on one height is a straight piece; curves lead from pair to pair.
  function route(operand, node, placed) {
    const from = visibleChain(operand);
    const to = visibleChain(node);
    let depth = 0;
    while (from[depth] === to[depth]) depth++;
    const start = drawn.get(from.at(-1));
    const points = [[start.right, start.y]];
    let source = from[depth];
    if (from.length > depth + 1) points.push([drawn.get(source).right, start.y]);
    let index = place[source].index;
    for (let k = depth; k < to.length; k++) {
      const target = to[k];
      const { inner, x, y } = placed.get(place[target].level);
      if (k > depth) {
        const ports = levels[inner.level].ports;
        index = ports.findIndex((nodes) => nodes.includes(operand));
        if (index < 0) continue;
        points.push([x - FRAME.side, y + inner.ports[index]], [x, y + inner.ports[index]]);
      }
      for (const [left, right, height] of inner.bends.get(index * 1e6 + place[target].index) || []) {
        points.push([x + left, y + height], [x + right, y + height]);
      }
    }
    const end = drawn.get(to.at(-1));
    points.push([end.left, end.y]);
    return points;
  }

  function visibleChain(node) {
    const chain = chains.get(node);
    return chain.slice(0, chain.indexOf(seen(node)) + 1);
  }

  // Writes the numbers. `value(node)` and `gradient(node)` are undefined where nothing
  // is known yet, `gradient` null where there is none. While something moves, what is out
  // of sight can wait.
  function update(value, gradient, isMoving = false) {
    const left = container.scrollLeft / scale;
    const top = container.scrollTop / scale;
    const right = left + container.clientWidth / scale;
    const bottom = top + container.clientHeight / scale;
    for (const [box, found] of drawn) {
      if (!found.value) continue;
      const isNear = found.right > left && found.left < right && found.bottom > top && found.top < bottom;
      if (isMoving && !isNear) continue;
      const { nodes } = boxes[box];
      if (nodes.length === 1) {
        writeNumber(found, "value", value(nodes[0]));
        writeNumber(found, "gradient", gradient(nodes[0]));
      } else {
        writeNumbers(found.value, nodes.map(value), found.characters);
        writeNumbers(found.gradient, nodes.map(gradient), found.characters);
      }
      const isPending = found.value.textContent === "";
      if (found.isPending !== isPending) {
        found.isPending = isPending;
        found.group.classList.toggle("pending", isPending);
      }
    }
  }

  function writeNumber(found, name, number) {
    const shown = `${name}Shown`;
    if (shown in found && Object.is(found[shown], number)) return;
    found[shown] = number;
    writeNumbers(found[name], [number], found.characters);
  }

  function writeNumbers(text, numbers, characters) {
    if (numbers.includes(undefined)) setText(text, "");
    else if (numbers.includes(null)) setText(text, "–");
    else if (numbers.length === 1) setText(text, fittedNumber(numbers[0], digits, characters));
    else setText(text, fittedNumbers(numbers, digits, characters));
  }

  // Shows which node a step is about, and what passes along its edges meanwhile:
  // `passing` has [operand, text], null for nothing.
  function light(step, passing) {
    const key = JSON.stringify([step?.node, step?.phase, passing]);
    if (key === lit) return;
    lit = key;
    for (const each of svg.querySelectorAll(".now")) each.classList.remove("now", "forward", "backward", "nothing");
    for (const each of svg.querySelectorAll(".local")) each.remove();
    const target = step && seen(step.node);
    if (!drawn.has(target)) return;
    drawn.get(target).group.classList.add("now", step.phase);
    const texts = new Map();
    for (const [operand, text] of passing) {
      const edge = edges.get(`${seen(operand)} ${target}`);
      if (!edge) continue;
      edge.path.classList.add("now", step.phase);
      // What is lit is not crossed by others.
      edge.path.parentNode.append(edge.path);
      if (text !== undefined) texts.set(edge, [...(texts.get(edge) || []), text]);
    }
    for (const [edge, all] of texts) writeLocal(edge, all);
  }

  function writeLocal(edge, texts) {
    const isNothing = texts.every((each) => each === null);
    edge.path.classList.toggle("nothing", isNothing);
    const text = isNothing ? "nothing" : texts.filter((each) => each !== null).join(", ");
    const width = widthOf(text, "600 11.5px") + 14;
    // Behind the box that receives it, whose numbers it does not cover.
    const length = edge.path.getTotalLength();
    const middle = edge.path.getPointAtLength(Math.min(length / 2, width / 2 + 8));
    middle.x = Math.max(middle.x, edge.path.getPointAtLength(0).x + width / 2 + 3);
    const label = svgElement("g", { class: `local${isNothing ? " nothing" : ""}`, transform: `translate(${middle.x} ${middle.y})` });
    label.append(
      svgElement("rect", { x: -width / 2, y: -10, width, height: 20, rx: 10 }),
      svgElement("text", { y: 4 }, text),
    );
    edge.labels.append(label);
  }

  function mark(nodes) {
    marked = nodes;
    for (const each of svg.querySelectorAll(".found")) each.classList.remove("found");
    for (const node of nodes) {
      const box = seen(node);
      if (box !== undefined) drawn.get(box).group.classList.add("found");
    }
  }

  // A sign on the box of each node that there is a note on, with its sentence.
  function annotate(notes) {
    for (const each of svg.querySelectorAll(".badge")) each.remove();
    for (const [node, text] of notes) {
      const found = drawn.get(seen(node));
      if (!found) continue;
      found.group.append(svgElement("g", { class: "badge", transform: `translate(${found.right - 1} ${found.top + 1})` },
        svgElement("circle", { r: 8 }), svgElement("text", { y: 4 }, "!"), svgElement("title", {}, text)));
    }
  }

  // --- size and place

  function resize() {
    svg.setAttribute("viewBox", `0 0 ${size.width} ${size.height}`);
    svg.setAttribute("width", Math.round(size.width * scale));
    svg.setAttribute("height", Math.round(size.height * scale));
  }

  function zoom(next) {
    scale = Math.max(0.1, Math.min(3, next));
    resize();
  }

  function isWide() {
    return container.clientWidth > 1600;
  }

  // The whole picture, but no larger than is good to look at.
  function fit() {
    zoom(Math.min(isWide() ? 1.6 : 1.15, (container.clientWidth - 2) / size.width));
  }

  // The whole picture if it can be read so, else a part of it.
  function fitReadably() {
    fit();
    if (scale < LEAST_SCALE) zoom(isWide() ? 1.25 : READING_SCALE);
  }

  // Scrolls so that the node, and what it takes, is in sight.
  function show(node, operands = []) {
    const found = [node, ...operands].map((each) => drawn.get(seen(each))).filter(Boolean);
    if (!found.length) return;
    const [own] = found;
    const room = { width: container.clientWidth / scale, height: container.clientHeight / scale };
    const left = Math.max(Math.min(...found.map((each) => each.left)), own.right - room.width + 24);
    const target = {
      left: scrolled(container.scrollLeft, left * scale, own.right * scale, container.clientWidth),
      top: centred(container.scrollTop, own.top * scale, own.bottom * scale, container.clientHeight),
    };
    // A long way is not shown: it would take longer than a step.
    const isNear = Math.abs(target.left - container.scrollLeft) < container.clientWidth &&
      Math.abs(target.top - container.scrollTop) < container.clientHeight;
    const behavior = isNear && !prefersStillness.matches ? "smooth" : "instant";
    container.scrollTo({ ...target, behavior });
  }

  function centred(at, from, to, room) {
    const isSeen = from >= at && to <= at + room;
    return isSeen ? at : Math.max(0, (from + to - room) / 2);
  }

  function scrolled(at, from, to, room) {
    if (from - 16 < at) return Math.max(0, from - 16);
    return to + 16 > at + room ? to + 16 - room : at;
  }

  function setOpen(box, isOpen) {
    if (isOpen) open.add(box);
    else open.delete(box);
  }

  // Unfolds what the node is in; whether there was anything to unfold.
  function reveal(node) {
    const chain = (chains.get(node) || []).slice(0, -1).filter((box) => !open.has(box));
    for (const box of chain) open.add(box);
    return chain.length > 0;
  }

  redraw();
  return {
    svg,
    foldable: boxes.map((_, box) => box).filter((box) => boxes[box].level !== undefined),
    isOpen: (box) => open.has(box),
    scale: () => scale,
    update, light, mark, annotate, redraw, zoom, fit, fitReadably, show, setOpen, reveal, isShown,
  };
}
