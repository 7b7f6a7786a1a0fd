// What all explorers need: arrays and networks that Python has packed, pictures, and ways to move
// a number by mouse, finger and keyboard. Python puts this file, one for the kind of explorer and
// the data into one function, so that no name is seen outside of it.

const ARRAYS = {
  int6: Int8Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, float32: Float32Array,
};

const clip = (value) => Math.min(Math.max(value, 0), 1);

const SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PLACES = new Int8Array(128);
[...SIGNS].forEach((sign, place) => { PLACES[sign.charCodeAt(0)] = place - 32; });

/** The numbers that `as_text` of networks.py wrote; those of type int6 have a sign for each. */
function numbers({type, data}) {
  const six = type === "int6";
  const signs = six ? data : atob(data);
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) {
    const sign = signs.charCodeAt(i);
    bytes[i] = six ? PLACES[sign] : sign;
  }
  return new ARRAYS[type](bytes.buffer);
}

// Networks --------------------------------------------------------------------------------------

/** The error function, to 2e-7 (Abramowitz and Stegun, 7.1.26). */
function erf(x) {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const powers = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  const sum = powers.reduceRight((rest, factor) => (rest + factor) * t, 0);
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
}

// Those of networks.py, with the same names. Only relu has a slope, that below zero.
const ACTIVATIONS = {
  linear: (a) => a,
  relu: (a, slope) => Math.max(a, slope * a),
  selu: (a) => 1.05070099 * (a > 0 ? a : 1.67326324 * Math.expm1(a)),
  gelu: (a) => a * (1 + erf(a / Math.SQRT2)) / 2,
  sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  tanh: Math.tanh,
  softplus: (a) => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a))),
};

/** A vector times a kernel, whose rows belong to the numbers of the vector. */
function product(vector, kernel, units) {
  const sums = new Float32Array(units);
  vector.forEach((value, row) => {
    if (value === 0) return;
    const start = row * units;
    for (let unit = 0; unit < units; unit++) sums[unit] += value * kernel[start + unit];
  });
  return sums;
}

/** The kernel of a layer, with the rows and columns of zeros that Python left out. */
function wholeKernel({kernel, rows, columns}) {
  const given = numbers(kernel);
  if (!rows) return given;
  const [down, across] = [numbers(rows), numbers(columns)];
  const whole = new given.constructor(down.length * across.length);
  let next = 0;
  down.forEach((row, y) => across.forEach((column, x) => {
    if (row && column) whole[y * across.length + x] = given[next++];
  }));
  return whole;
}

/** A layer as a function of a vector: activation((vector times kernel) times scale plus bias). */
function makeLayer(packed) {
  const kernel = packed.kernel && wholeKernel(packed);
  const [scale, bias] = [numbers(packed.scale), numbers(packed.bias)];
  const bend = ACTIVATIONS[packed.activation];
  return (vector) => {
    const sums = kernel ? product(vector, kernel, bias.length) : vector;
    return bias.map((shift, unit) => bend(sums[unit] * scale[unit] + shift, packed.slope));
  };
}

/** A packed network as a function of a vector. */
function makeNetwork(packed) {
  const layers = packed.layers.map(makeLayer);
  return (vector) => layers.reduce((values, layer) => layer(values), Float32Array.from(vector));
}

// The page --------------------------------------------------------------------------------------

/** A new element: `{text}` and `{on: {event: action}}` have a meaning, others are attributes. */
function element(tag, {text = "", on = {}, ...attributes} = {}, ...children) {
  const made = document.createElement(tag);
  Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
  Object.entries(on).forEach(([event, action]) => made.addEventListener(event, action));
  made.append(text, ...children);
  return made;
}

/** A number with so many digits after the point, and the minus sign of a text. */
function fixed(value, digits) {
  return value.toFixed(digits).replace("-", "\u2212");
}

/** The sum of the squared differences of two vectors. */
function squaredError(one, other) {
  return one.reduce((sum, value, place) => sum + (value - other[place]) ** 2, 0);
}

/** A picture with a caption below. The canvas has the size of the image; the style enlarges it. */
function picture(caption, side, style = "") {
  const canvas = element("canvas", {width: side, height: side, role: "img", "aria-label": caption});
  const words = element("figcaption", {text: caption, "aria-hidden": "true"});
  const figure = element("figure", {class: style}, canvas, words);
  return {figure, canvas, words};
}

/** Draw the pixels of a square image: 0 is paper, 1 is ink, and what lies beyond is cut off. */
function drawPixels(canvas, pixels) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(canvas.width, canvas.height);
  pixels.forEach((ink, place) => {
    const grey = Math.round(255 * (1 - clip(ink)));
    image.data.set([grey, grey, grey, 255], 4 * place);
  });
  context.putImageData(image, 0, 0);
}

/** Draw one of the images that Python has put on a sheet. */
function drawTile({canvas}, sheet, {side, columns}, place) {
  const corner = [side * (place % columns), side * Math.floor(place / columns)];
  canvas.getContext("2d").drawImage(sheet, ...corner, side, side, 0, 0, side, side);
}

/** What the signs of a picture mean: pairs of a name and the attributes of its sign. */
function legend(signs, style = "") {
  const names = signs.map(([name, sign]) => element("span", {}, element("i", sign), name));
  return element("div", {class: `legend ${style}`, "aria-hidden": "true"}, ...names);
}

/** A slider over the numbers 0, 1, ..., of which each has a name. */
function slider(caption, names, start, tell) {
  const shown = element("output", {text: names[start]});
  const input = element("input", {
    type: "range", min: 0, max: names.length - 1, value: start, "aria-valuetext": names[start],
    on: {input: () => {
      shown.textContent = names[input.value];
      input.setAttribute("aria-valuetext", names[input.value]);
      tell(Number(input.value));
    }},
  });
  return element("label", {class: "slider"}, element("span", {text: caption}), input, shown);
}

/** A slider over the steps of a walk. */
function stepSlider(steps, start, tell) {
  return slider("step", Array.from({length: steps + 1}, (_, n) => `${n} of ${steps}`), start, tell);
}

/** A row of buttons of which one is chosen. */
function choices(caption, names, start, tell) {
  const buttons = names.map((name, place) => {
    // A click, and not a change: what is chosen may be chosen again. Arrow keys click, too.
    const input = element("input", {type: "radio", name: caption, on: {click: () => tell(place)}});
    input.checked = place === start;
    return element("label", {}, input, element("span", {text: name}));
  });
  return element("fieldset", {}, element("legend", {text: caption}), ...buttons);
}

/** Whether a press is that of the first finger, or of the main button of the mouse. */
function isMain(event) {
  return event.isPrimary && event.button === 0;
}

/** Call `tell(right, down)`, both from 0 to 1, while mouse or finger is held down on an element. */
function drag(target, tell) {
  const move = (event) => {
    const box = target.getBoundingClientRect();
    tell(clip((event.clientX - box.left) / box.width), clip((event.clientY - box.top) / box.height));
  };
  target.style.touchAction = "none"; // a finger moves the number, not the page
  target.addEventListener("pointerdown", (event) => {
    if (!isMain(event)) return;
    target.setPointerCapture(event.pointerId);
    move(event);
  });
  target.addEventListener("pointermove", (event) => {
    if (target.hasPointerCapture(event.pointerId)) move(event);
  });
}

const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};

/**
 * A square for two numbers from 0 to 1, counted from its upper left corner. An arrow key goes a
 * fiftieth of the way, with the shift key a tenth. `set` moves the marker, as the hand does.
 */
function pad(caption, tell) {
  const canvas = element("canvas", {width: 640, height: 640});
  const marker = element("span", {class: "marker"});
  const words = {"aria-label": caption, "aria-roledescription": "pad"};
  const square = element("div", {class: "pad", tabindex: 0, role: "application", ...words});
  square.append(canvas, marker);
  let place = [0.5, 0.5];
  const set = (right, down) => {
    place = [right, down].map(clip);
    marker.style.left = `${100 * place[0]}%`;
    marker.style.top = `${100 * place[1]}%`;
    tell(...place);
  };
  drag(square, set);
  square.addEventListener("keydown", (event) => {
    if (!(event.key in ARROWS) || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? 0.1 : 0.02;
    set(...ARROWS[event.key].map((way, axis) => place[axis] + far * way));
  });
  return {square, canvas, set};
}

/** Mark a form as dark where its text is light, now and when the page changes its colours. */
function followColours(shown) {
  const seen = new WeakRef(shown); // the cell may be run again, and its output taken away
  const look = () => {
    const form = seen.deref();
    if (!form) {
      watch.disconnect();
      media.removeEventListener("change", later);
    }
    if (!form?.isConnected) return;
    const [red, green, blue] = getComputedStyle(form).color.match(/[\d.]+/g).map(Number);
    form.classList.toggle("dark", 0.3 * red + 0.6 * green + 0.1 * blue > 128);
  };
  const later = () => [0, 100, 400].forEach((wait) => setTimeout(look, wait)); // colours may fade
  const watch = new MutationObserver(later);
  [document.documentElement, document.body].forEach((e) => watch.observe(e, {attributes: true}));
  const media = matchMedia("(prefers-color-scheme: dark)");
  media.addEventListener("change", later);
  look();
}

/**
 * Put an explorer in the place of its still picture. `kind(form, data, networks)` fills the form
 * and returns what the tests of the site ask: `input()`, the numbers that the hand has set. Where
 * `canvas` shows what a network makes of them, `number()` is the place of that network;
 * `canvases` has one for each network.
 */
function begin(name, kind, style, data) {
  const host = document.querySelector(`[data-explorer="${name}"]:not([data-ready])`);
  const form = element("form", {"aria-label": data.title, on: {submit: (e) => e.preventDefault()}});
  const networks = (data.networks ?? []).map(makeNetwork);
  host.dataset.ready = "";
  host.attachShadow({mode: "open"}).append(element("style", {text: style}), form);
  host.explorer = {data, networks, ...kind(form, data, networks)};
  followColours(form);
}
