// The length of a code: how many of its numbers a decoder gets, what it makes of them, and the
// squared error that is left.

function components(form, data, [decode]) {
  const {side, size, names, means} = data;
  const [codes, pixels] = [numbers(data.codes), numbers(data.images)];
  const codeOf = (n) => codes.subarray(n * size, (n + 1) * size);
  const imageOf = (n) => Float32Array.from(
    pixels.subarray(n * side * side, (n + 1) * side * side), (grey) => grey / 255,
  );
  const state = {image: 0, kept: data.kept};
  const original = picture("original", side, "large");
  const copy = picture("copy", side, "large");
  const words = element("p", {"aria-live": "polite"});
  const input = () => codeOf(state.image).map((value, place) => (place < state.kept ? value : 0));

  function show() {
    const [image, answer] = [imageOf(state.image), decode(input())];
    drawPixels(original.canvas, image);
    drawPixels(copy.canvas, answer);
    const error = squaredError(image, answer).toFixed(1);
    const mean = means.length ? `; the mean of many images is ${means[state.kept].toFixed(1)}` : "";
    const kept = state.kept === 1 ? "1 number" : `${state.kept} numbers`;
    words.textContent = `${kept}: squared error ${error}${mean}.`;
  }

  function change(part, value) {
    state[part] = value;
    show();
  }

  const lengths = Array.from({length: size + 1}, (_, kept) => String(kept));
  form.append(
    element("div", {class: "row"}, original.figure, copy.figure),
    element("div", {class: "column"},
      slider("numbers", lengths, state.kept, (value) => change("kept", value)),
      choices("image", names, 0, (value) => change("image", value)), words),
  );
  show();
  return {input, number: () => 0, canvas: copy.canvas};
}
