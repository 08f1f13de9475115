// The side bar: what the reader sets there, and how it shows what is set.

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
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    change(startingView());
  });
  for (const name of /** @type {const} */ (["runs", "tags"]))
    field(name).addEventListener("input", () => change({ [name]: field(name).value }));
  field("smoothing").addEventListener("input", () => {
    element("weight").textContent = Number(field("smoothing").value).toFixed(2);
    change({ smoothing: Number(field("smoothing").value) });
  });
  for (const name of /** @type {const} */ (["log", "clamp"]))
    field(name).addEventListener("change", () => change({ [name]: field(name).checked }));
  for (const name of ["over", "axis", "theme"])
    form.addEventListener("change", (event) => {
      const chosen = /** @type {HTMLInputElement} */ (event.target);
      if (chosen.name === name) change({ [name]: chosen.value });
    });
  for (const button of buttons) {
    button.disabled = false;
    button.addEventListener("click", () => {
      const { name } = manifest.runs[Number(button.dataset.run)];
      const off = current().off.filter((run) => run !== name);
      change({ off: off.length < current().off.length ? off : [...off, name] });
    });
  }

  return (view) => {
    for (const name of /** @type {const} */ (["runs", "tags"])) {
      const { error } = filter(view[name]);
      if (field(name).value !== view[name]) field(name).value = view[name];
      field(name).setAttribute("aria-invalid", String(error !== ""));
      element(`${name}-error`).textContent = error;
    }
    field("smoothing").value = String(view.smoothing);
    element("weight").textContent = view.smoothing.toFixed(2);
    for (const name of /** @type {const} */ (["log", "clamp"])) field(name).checked = view[name];
    for (const name of /** @type {const} */ (["over", "axis", "theme"]))
      for (const radio of form.querySelectorAll(`input[name="${name}"]`))
        /** @type {HTMLInputElement} */ (radio).checked =
          /** @type {HTMLInputElement} */ (radio).value === view[name];
    const shown = shownRuns(manifest, view);
    for (const button of buttons)
      button.setAttribute("aria-pressed", String(shown[Number(button.dataset.run)]));
  };
}
