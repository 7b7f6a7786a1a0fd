// A sheet to draw on, and what networks make of the drawing: copies of it, or what they find
// behind its noise.

const [PEN, RUBBER] = [1.2, 2.5]; // half the width of a stroke, in pixels

/** How far a point is from the stretch between two others. */
function distance([x, y], [left, top], [right, bottom]) {
  const [dx, dy] = [right - left, bottom - top];
  const part = clip(((x - left) * dx + (y - top) * dy) / (dx * dx + dy * dy || 1));
  return Math.hypot(x - left - part * dx, y - top - part * dy);
}

/** Draw a stroke onto the pixels, or rub it out; places count pixels from the upper left corner. */
function stroke(pixels, side, from, to, rubs) {
  pixels.forEach((ink, n) => {
    const middle = [n % side + 0.5, Math.floor(n / side) + 0.5];
    const touch = clip((rubs ? RUBBER : PEN) + 0.5 - distance(middle, from, to));
    pixels[n] = rubs ? Math.min(ink, 1 - touch) : Math.max(ink, touch);
  });
}

/** Shift a drawing by whole pixels so that its centre of mass is in the middle, as in MNIST. */
function centred(pixels, side) {
  const mass = pixels.reduce((sum, ink) => sum + ink, 0) || 1;
  const shifts = [(n) => n % side, (n) => Math.floor(n / side)].map((place) => Math.round(
    side / 2 - pixels.reduce((sum, ink, n) => sum + ink * place(n), 0) / mass,
  ));
  return pixels.map((_, n) => {
    const [x, y] = [n % side - shifts[0], Math.floor(n / side) - shifts[1]];
    return x >= 0 && x < side && y >= 0 && y < side ? pixels[y * side + x] : 0;
  });
}

/** Numbers from N(0, 1), by the formula of Box and Muller. */
function normals(size) {
  return Float32Array.from({length: size}, () => {
    const radius = Math.sqrt(-2 * Math.log(1 - Math.random()));
    return radius * Math.cos(2 * Math.PI * Math.random());
  });
}

/** How far pixels are from the drawing, in words: decibels, or the squared error of a pixel. */
function distanceOf(pixels, drawing, inDecibels) {
  const error = squaredError(pixels, drawing) / drawing.length;
  if (!inDecibels) return error.toFixed(4);
  return error > 0 ? `${(-10 * Math.log10(error)).toFixed(1)} dB` : "\u221e dB";
}

/** A sheet for mouse, finger and keys; `tell(from, to)` gets each stroke, from 0 to 1. */
function makeSheet(caption, side, tell) {
  let [last, down] = [[0.5, 0.5], false];
  const {square, canvas, set} = pad(caption, (...place) => {
    if (down) tell(last ?? place, place);
    last = place;
  });
  const press = (isDown) => {
    down = isDown;
    square.classList.toggle("down", down);
  };
  const begin = (event) => {
    if (!isMain(event)) return;
    last = null;
    press(true);
  };
  square.addEventListener("pointerdown", begin, {capture: true});
  ["pointerup", "pointercancel"].forEach((end) => square.addEventListener(end, () => press(false)));
  square.addEventListener("blur", () => press(false));
  square.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    press(!down);
    if (down) tell(last, last);
  });
  set(0.5, 0.5);
  square.classList.add("sheet");
  square.append(element("span", {class: "frame"}));
  Object.assign(canvas, {width: side, height: side});
  return {square, canvas};
}

function draw(form, data, networks) {
  const {side, names, models, levels} = data;
  const [size, starts] = [side * side, numbers(data.images)];
  const state = {ink: new Float32Array(size), noise: normals(size), level: data.level};
  const got = picture("", side, "medium");
  const answers = models.map(() => picture("", side, "medium"));
  const rubber = element("input", {type: "checkbox"});
  const scaled = (place) => place.map((part) => part * side);
  const keys = "Arrow keys move the pen; the space key sets it down and lifts it.";
  const sheet = makeSheet(`${data.title}. ${keys}`, side, (from, to) => {
    stroke(state.ink, side, scaled(from), scaled(to), rubber.checked);
    show();
  });

  const drawing = () => centred(state.ink, side);
  function input() {
    const deviation = levels.length ? levels[state.level] : 0;
    return drawing().map((ink, n) => clip(ink + deviation * state.noise[n]));
  }

  function tellPixels({canvas, words}, pixels, text) {
    drawPixels(canvas, pixels);
    words.textContent = text;
    canvas.setAttribute("aria-label", text);
  }

  function show() {
    const [clean, given] = [drawing(), input()];
    drawPixels(sheet.canvas, state.ink);
    const noisy = `with noise: ${distanceOf(given, clean, true)}`;
    tellPixels(got, given, levels.length ? noisy : "centred");
    answers.forEach((answer, n) => {
      const pixels = networks[n](given);
      tellPixels(answer, pixels, `${models[n]}: ${distanceOf(pixels, clean, levels.length)}`);
    });
  }

  function change(part, value) {
    state[part] = value;
    show();
  }

  function begin(place) { // the last one is an empty sheet
    const pixels = starts.subarray(place * size, (place + 1) * size);
    change("ink", Float32Array.from({length: size}, (_, n) => (pixels[n] ?? 0) / 255));
  }

  const tools = [element("label", {class: "tick"}, rubber, "rub out")];
  const controls = [choices("begin with", [...names, "empty sheet"], 0, begin)];
  if (levels.length) {
    const marks = levels.map((level) => level.toFixed(2));
    controls.push(slider("noise", marks, data.level, (value) => change("level", value)));
    const again = () => change("noise", normals(size));
    tools.push(element("button", {type: "button", text: "other noise", on: {click: again}}));
  }
  form.append(sheet.square,
    element("div", {class: "column"},
      element("div", {class: "row tops"}, ...[got, ...answers].map(({figure}) => figure)),
      element("div", {class: "row"}, ...tools), ...controls));
  begin(0);
  return {input, drawing, canvases: answers.map(({canvas}) => canvas)};
}
