// Images, sounds, texts and PR curves, step by step: a slider a tag, and a close look at an image.

const LIGHT = [["brightness", 0.2, 3], ["contrast", 0.2, 4]];

/** Give every album its slider, and every image its close look. */
function attachExhibits() {
  for (const album of document.querySelectorAll(".album")) attachSteps(/** @type {HTMLElement} */ (album));
  const images = document.getElementById("images");
  if (!images) return;
  attachLight(images);
  attachViewer(images);
}

/** The place of the last step up to a wanted one; the first where all are later.
 * @param {number[]} steps rising @param {number} wanted */
function placeOfStep(steps, wanted) {
  return Math.max(0, steps.filter((step) => step <= wanted).length - 1);
}

/** The steps of several series together, rising.
 * @param {number[][]} series @returns {number[]} */
function unitedSteps(series) {
  return [...new Set(series.flat())].sort((a, b) => a - b);
}

/** A slider over the steps of all runs of an album; without it all steps stand in a row.
 * @param {HTMLElement} album */
function attachSteps(album) {
  const reels = [...album.querySelectorAll(".steps")].map((list) => {
    const items = /** @type {HTMLElement[]} */ ([...list.children]);
    return { items, steps: items.map((item) => Number(item.dataset.step)) };
  });
  const steps = unitedSteps(reels.map((reel) => reel.steps));
  const last = steps.length - 1;
  const show = (/** @type {number} */ place) => {
    for (const reel of reels) {
      const current = placeOfStep(reel.steps, steps[place]);
      reel.items.forEach((item, at) => item.classList.toggle("current", at === current));
    }
  };
  show(last);
  album.classList.add("stepped");
  if (last < 1) return;
  const bar = create("div", "stepper", "");
  const slider = create("input", "");
  Object.assign(slider, { type: "range", min: "0", max: String(last), step: "1", value: String(last) });
  slider.setAttribute("aria-label", `Step of ${album.dataset.tag}`);
  const said = create("output", "", "");
  const all = create("input", "");
  all.type = "checkbox";
  const label = create("label", "tick", "");
  label.append(all, create("span", "", "all steps"));
  const follow = () => {
    const place = Number(slider.value);
    said.textContent = `step ${steps[place].toLocaleString("en")}`;
    slider.setAttribute("aria-valuetext", said.textContent);
    show(place);
  };
  slider.addEventListener("input", follow);
  all.addEventListener("change", () => {
    album.classList.toggle("stepped", !all.checked);
    slider.disabled = all.checked;
  });
  bar.append(slider, said, label);
  album.querySelector("summary")?.after(bar);
  follow();
}

/** Brightness and contrast of all images, as TensorBoard has them.
 * @param {HTMLElement} section */
function attachLight(section) {
  const bar = create("div", "light-bar", "");
  for (const [name, low, high] of LIGHT) {
    const label = create("label", "", `${name} `);
    const slider = create("input", "");
    Object.assign(slider, { type: "range", min: low, max: high, step: 0.1, value: 1 });
    slider.addEventListener("input", () => section.style.setProperty(`--${name}`, slider.value));
    slider.addEventListener("dblclick", () => {
      slider.value = "1";
      slider.dispatchEvent(new Event("input"));
    });
    label.append(slider);
    bar.append(label);
  }
  section.querySelector("h2")?.after(bar);
}

/** A click or Enter opens an image at its size; the arrow keys go through its steps.
 * @param {HTMLElement} section */
function attachViewer(section) {
  const viewer = create("dialog", "viewer", "");
  const picture = create("img", "");
  const caption = create("p", "", "");
  const close = create("button", "quiet", "close");
  viewer.append(picture, caption, close);
  section.append(viewer);
  close.addEventListener("click", () => viewer.close());
  /** @type {HTMLImageElement[]} */
  let row = [];
  let place = 0;
  const show = (/** @type {number} */ next) => {
    place = Math.min(row.length - 1, Math.max(0, next));
    const shown = row[place];
    picture.src = shown.src;
    picture.alt = shown.alt;
    picture.className = shown.className;
    caption.textContent = `${shown.alt} · ${shown.dataset.size}${row.length > 1 ? ` · ${place + 1} of ${row.length}, arrow keys` : ""}`;
  };
  viewer.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (way) show(place + way);
  });
  viewer.addEventListener("click", (event) => event.target === viewer && viewer.close());
  for (const found of section.querySelectorAll(".steps img")) {
    const image = /** @type {HTMLImageElement} */ (found);
    image.tabIndex = 0;
    image.setAttribute("role", "button");
    const open = () => {
      row = [...image.closest(".steps")?.querySelectorAll("img") ?? []];
      show(row.indexOf(image));
      viewer.showModal();
    };
    image.addEventListener("click", open);
    image.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    });
  }
}
