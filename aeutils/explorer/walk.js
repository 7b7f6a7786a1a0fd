// A walk through codes of two numbers: a pad over the codes of images, the image that the decoder
// makes of the place, and the images whose codes are nearest.

const COLOURS = [
  "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
  "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
];
const NEAREST = 5;

/** One model of the walk; `range` is left, right, bottom and top of the pad in its codes. */
function makeModel({name, codes, start, range: [left, right, bottom, top]}) {
  const flat = numbers(codes);
  const points = Array.from({length: flat.length / 2}, (_, n) => [flat[2 * n], flat[2 * n + 1]]);
  return {
    name, start, points,
    toCode: (across, down) => [left + across * (right - left), top - down * (top - bottom)],
    toPad: ([x, y]) => [(x - left) / (right - left), (top - y) / (top - bottom)],
  };
}

/** Draw the codes as dots in the colours of their classes; those not in `bright` are pale. */
function drawCodes(canvas, model, labels, bright) {
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  model.points.forEach((point, n) => {
    const [across, down] = model.toPad(point);
    context.globalAlpha = bright(labels[n]) ? 0.9 : 0.12;
    context.fillStyle = COLOURS[labels[n] % COLOURS.length];
    context.beginPath();
    context.arc(across * canvas.width, down * canvas.height, 5, 0, 2 * Math.PI);
    context.fill();
  });
}

/** Numbers of the points that are nearest to a code, among those that `counts`. */
function nearestPoints(points, [x, y], counts) {
  const found = points.map(([a, b], n) => ({n, far: (a - x) ** 2 + (b - y) ** 2}));
  const sorted = found.filter(({n}) => counts(n)).sort((one, other) => one.far - other.far);
  return sorted.slice(0, NEAREST).map(({n}) => n);
}

function walk(form, data, networks) {
  const models = data.models.map(makeModel);
  const labels = numbers(data.labels);
  const {side, names, conditions} = data;
  const state = {model: 0, condition: 0, code: models[0].start, nearest: []};
  const asked = (label) => conditions.length === 0 || label === state.condition;

  const {square, canvas, set} = pad(`${data.title}. Arrow keys move the code.`, (...place) => {
    state.code = models[state.model].toCode(...place);
    show();
  });
  const image = picture("decoded", side, "large");
  const words = element("p", {class: "wide", "aria-live": "polite"});
  const neighbours = Array.from({length: NEAREST}, () => picture("", side, "small"));
  const sheet = new Image();
  sheet.onload = () => show();

  function input() {
    return [...state.code, ...conditions.map((_, place) => Number(place === state.condition))];
  }

  function show() {
    const model = models[state.model];
    const code = state.code.map((number) => fixed(number, 2));
    drawPixels(image.canvas, networks[state.model](input()));
    state.nearest = nearestPoints(model.points, state.code, (n) => asked(labels[n]));
    words.textContent = `The code is (${code.join(", ")}). Below: the images with the nearest codes.`;
    neighbours.forEach(({figure}, place) => { figure.hidden = place >= state.nearest.length; });
    state.nearest.forEach((n, place) => {
      const name = names[labels[n]];
      drawTile(neighbours[place], sheet, data, n);
      neighbours[place].words.textContent = name;
      neighbours[place].canvas.setAttribute("aria-label", `image of class ${name}`);
    });
  }

  function change(part, value) {
    state[part] = value;
    drawCodes(canvas, models[state.model], labels, asked);
    const model = models[state.model];
    const stays = part === "condition" || state.nearest.length === 0;
    set(...model.toPad(stays ? state.code : model.points[state.nearest[0]]));
  }

  const controls = [];
  if (models.length > 1) {
    const turned = models.map(({name}) => name);
    controls.push(slider(data.turn, turned, 0, (value) => change("model", value)));
  }
  if (conditions.length > 0) {
    const tell = (value) => change("condition", value);
    controls.push(choices("label", conditions, state.condition, tell));
  }
  const signs = names.map((name, n) => (
    [name, {style: `background: ${COLOURS[n % COLOURS.length]}`}]));
  form.append(
    square,
    element("div", {class: "column"}, ...controls, image.figure, words,
      element("div", {class: "row"}, ...neighbours.map(({figure}) => figure))),
    legend(signs, "wide"),
  );
  sheet.src = data.sheet;
  change("model", 0);
  return {input, number: () => state.model, canvas: image.canvas};
}
