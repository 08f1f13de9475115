// The tools of a chart, behind the "⋯" of its caption.

/** What a chart holds, for files: lines, or bins or percentiles of histograms.
 * @typedef {{chart: RidgesEntry, name: string, tag: string, steps: Floats, shares: Floats}} Bins */
/** @typedef {{lines: Line[]} | {bins: Bins} | {levels: Levels}} Contents */

/** What it is called, perhaps by what it would do next, and what it does.
 * @typedef {[string | (() => string), () => void]} Tool */

/** Put the tools into a figure's caption.
 * @param {HTMLElement} figure @param {string} title @param {Tool[]} actions */
function attachTools(figure, title, actions) {
  const tools = create("details", "tools");
  const summary = create("summary", "", "⋯");
  summary.setAttribute("aria-label", `Tools for ${title}`);
  const menu = create("div", "menu");
  for (const [name, act] of actions) {
    const button = create("button", "", typeof name === "string" ? name : name());
    button.type = "button";
    if (typeof name !== "string") tools.addEventListener("toggle", () => (button.textContent = name()));
    button.addEventListener("click", () => {
      tools.open = false;
      summary.focus();
      act();
    });
    menu.append(button);
  }
  tools.append(summary, menu);
  tools.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    tools.open = false;
    summary.focus();
  });
  tools.addEventListener("focusout", (event) => {
    if (!tools.contains(/** @type {Node | null} */ (event.relatedTarget))) tools.open = false;
  });
  part(figure, "figcaption").append(tools);
}

/** The files that a chart can be saved as.
 * @param {string} title @param {() => Contents} contents @param {any} Plotly @param {any} target
 * @returns {Tool[]} */
function fileTools(title, contents, Plotly, target) {
  const csv = () => {
    const held = contents();
    if ("lines" in held) return curvesCsv(held.lines);
    return "bins" in held ? binsCsv(held.bins) : levelsCsv(held.levels);
  };
  const json = () => {
    const held = contents();
    if ("lines" in held) return curvesJson(title, held.lines);
    return "bins" in held ? JSON.stringify(binRows(held.bins), null, 1) : levelsJson(held.levels);
  };
  const drawing = (/** @type {"svg" | "png"} */ format) => async () =>
    save(await picture(Plotly, target, title, contents(), format), fileName(title, format));
  return [
    ["CSV", () => save(new Blob([csv()], { type: "text/csv" }), fileName(title, "csv"))],
    ["JSON", () => save(new Blob([json()], { type: "application/json" }), fileName(title, "json"))],
    ["SVG", drawing("svg")],
    ["PNG", drawing("png")],
  ];
}
