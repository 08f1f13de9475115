// The side bar: what the reader sets there, and how it shows what is set.

const TYPED = /** @type {const} */ (["runs", "tags", "pattern"]);

/** Connect the controls with the view.
 * @param {Manifest} manifest @param {() => View} current
 * @param {(change: Partial<View>) => void} change
 * @returns {(view: View) => void} show a view in the controls */
function attachControls(manifest, current, change) {
  const form = /** @type {HTMLFormElement} */ (element("controls"));
  const field = (/** @type {string} */ name) =>
    /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
  const buttons = /** @type {HTMLButtonElement[]} */ ([
    ...document.querySelectorAll("#legend button"),
  ]);

  form.hidden = false;
  const kinds = new Set(manifest.charts.map((chart) => chart.kind));
  for (const control of form.querySelectorAll("[data-of]"))
    if (![...kinds].some((kind) => control.getAttribute("data-of")?.includes(kind))) control.toggleAttribute("hidden", true);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    change(startingView());
  });
  for (const name of TYPED)
    field(name).addEventListener("input", () => change({ [name]: field(name).value }));
  offerGroups(manifest, /** @type {any} */ (field("group")));
  for (const name of ["smoothing", "weight"])
    field(name).addEventListener("input", () => {
      const smoothing = field(name).valueAsNumber;
      if (isWeight(smoothing)) change({ smoothing });
    });
  for (const name of /** @type {const} */ (["log", "clamp"]))
    field(name).addEventListener("change", () => change({ [name]: field(name).checked }));
  form.addEventListener("change", (event) => {
    const chosen = /** @type {HTMLInputElement} */ (event.target);
    if (chosen.name in WORDS || chosen.name === "group") change({ [chosen.name]: chosen.value });
  });
  for (const button of buttons) {
    button.disabled = false;
    const { name } = manifest.runs[Number(button.dataset.run)];
    button.title = `${name}\nShift and click: this run alone`;
    button.addEventListener("click", ({ shiftKey }) => {
      const alone = `^${name.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&")}$`;
      if (shiftKey) return change({ runs: current().runs === alone ? "" : alone, off: [] });
      const off = current().off.filter((run) => run !== name);
      change({ off: off.length < current().off.length ? off : [...off, name] });
    });
    for (const type of ["pointerenter", "focus"])
      button.addEventListener(type, () => lightRun(Number(button.dataset.run)));
    for (const type of ["pointerleave", "blur"]) button.addEventListener(type, () => lightRun(null));
  }

  window.addEventListener("keydown", (event) => {
    if (event.key !== "/" || isTyping(event) || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    field("runs").focus();
  });

  return (view) => {
    for (const name of TYPED) {
      const { error } = filter(view[name]);
      if (field(name).value !== view[name]) field(name).value = view[name];
      field(name).setAttribute("aria-invalid", String(error !== ""));
      element(`${name}-error`).textContent = error;
    }
    field("smoothing").value = String(view.smoothing);
    if (field("weight").valueAsNumber !== view.smoothing) field("weight").value = String(view.smoothing);
    for (const name of /** @type {const} */ (["log", "clamp"])) field(name).checked = view[name];
    // A list of radio buttons and a selection both have a value.
    for (const name of [.../** @type {(keyof typeof WORDS)[]} */ (Object.keys(WORDS)), /** @type {const} */ ("group")])
      field(name).value = view[name];
    element("grouping").hidden = view.group === "";
    part(element("grouping"), ".by-name").hidden = view.group !== "pattern";
    showGroups(manifest, view);
    const shown = shownRuns(manifest, view);
    const { test } = filter(view.runs);
    for (const button of buttons) {
      const run = Number(button.dataset.run);
      button.setAttribute("aria-pressed", String(shown[run]));
      button.parentElement?.toggleAttribute("hidden", !test(manifest.runs[run].name));
    }
    const n = shown.filter(Boolean).length;
    const count = document.querySelector("#legend small");
    if (count) count.textContent = `${n < shown.length ? `${number(n)} of ` : ""}${number(shown.length)}`;
  };
}

/** Whether a key is meant for a field.
 * @param {KeyboardEvent} event */
function isTyping({ target }) {
  return target instanceof Element && target.closest("input, select, textarea") !== null;
}

/** The settings by which runs may be taken together.
 * @param {Manifest} manifest @param {HTMLSelectElement} group */
function offerGroups(manifest, group) {
  const names = new Set(manifest.runs.flatMap((run) => Object.keys(run.hparams ?? {})));
  group.append(...[...names].sort().map((name) => new Option(name, name)));
}

/** The groups with their colors and sizes, above the runs.
 * @param {Manifest} manifest @param {View} view */
function showGroups(manifest, view) {
  const groups = groupsOfRuns(manifest, view);
  const list = element("groups");
  const names = [...new Set(groups ?? [])];
  const tokens = readTokens();
  for (const button of document.querySelectorAll("#legend button")) {
    const group = groups?.[Number(/** @type {HTMLElement} */ (button).dataset.run)];
    const swatch = /** @type {SVGElement} */ (button.querySelector(".swatch *"));
    // A run's own color comes back with its class.
    if (group === undefined) swatch.style.removeProperty("--own");
    else swatch.style.setProperty("--own", `var(--run-${names.indexOf(group) % GROUP_COLORS})`);
  }
  list.replaceChildren(...names.map((name, place) => {
    const item = create("li", "");
    const swatch = create("i", "swatch");
    swatch.style.background = striped(tokens(`run-${place % GROUP_COLORS}`), GROUP_DASHES[Math.floor(place / GROUP_COLORS) % GROUP_DASHES.length]);
    const n = groups?.filter((group) => group === name).length;
    item.append(swatch, create("bdi", "", name), create("small", "", String(n)));
    return item;
  }));
}
