// The tools of a chart, behind the "⋯" of its caption.

/** What a chart holds, for files: lines, or bins of histograms.
 * @typedef {{chart: RidgesEntry, name: string, tag: string, steps: Floats, shares: Floats}} Bins */
/** @typedef {{lines: Line[]} | {bins: Bins}} Contents */

/** Put the tools into a figure's caption.
 * @param {HTMLElement} figure @param {string} title @param {[string, () => void][]} actions */
function attachTools(figure, title, actions) {
  const tools = create("details", "tools");
  const summary = create("summary", "", "⋯");
  summary.setAttribute("aria-label", `Tools for ${title}`);
  const menu = create("div", "menu");
  for (const [name, act] of actions) {
    const button = create("button", "", name);
    button.type = "button";
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
 * @returns {[string, () => void][]} */
function fileTools(title, contents, Plotly, target) {
  const csv = () => {
    const held = contents();
    return "lines" in held ? curvesCsv(held.lines) : binsCsv(held.bins);
  };
  const json = () => {
    const held = contents();
    return "lines" in held ? curvesJson(title, held.lines) : JSON.stringify(binRows(held.bins), null, 1);
  };
  const drawing = (/** @type {"svg" | "png"} */ format) => async () =>
    save(await picture(Plotly, target, title, format), fileName(title, format));
  return [
    ["CSV", () => save(new Blob([csv()], { type: "text/csv" }), fileName(title, "csv"))],
    ["JSON", () => save(new Blob([json()], { type: "application/json" }), fileName(title, "json"))],
    ["SVG", drawing("svg")],
    ["PNG", drawing("png")],
  ];
}
