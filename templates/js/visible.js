// Shows and hides what the filters say: table rows, findings and charts, and counts what is hidden.

/** @param {Manifest} manifest @param {View} view @param {HTMLElement[]} figures */
function applyFilters(manifest, view, figures) {
  const runs = shownRuns(manifest, view);
  const charts = shownCharts(manifest, view);
  for (const row of document.querySelectorAll("[data-run]:not(button)"))
    row.toggleAttribute("hidden", !runs[Number(row.getAttribute("data-run"))]);
  const { test } = filter(view.tags);
  for (const album of document.querySelectorAll(".album"))
    album.toggleAttribute("hidden", !test(album.getAttribute("data-tag") ?? ""));
  for (const figure of figures) {
    const place = Number(figure.dataset.chart);
    const chart = manifest.charts[place];
    if (chart.evidence) continue;
    const anyRun =
      chart.kind === "ridges" ? runs[chart.run] : chart.traces.some((trace) => runs[trace.run]);
    figure.hidden = !(charts[place] && anyRun);
  }
  for (const group of document.querySelectorAll("details.group")) countShown(group);
  for (const note of document.querySelectorAll(".filtered")) countFiltered(/** @type {HTMLElement} */ (note));
}

/** A group says how many of its charts are shown, and goes when there are none.
 * @param {Element} group */
function countShown(group) {
  const all = group.querySelectorAll("figure").length;
  const hidden = group.querySelectorAll("figure[hidden]").length;
  const count = group.querySelector(".count");
  if (count) count.textContent = hidden ? `${all - hidden} of ${all}` : String(all);
  /** @type {HTMLElement} */ (group).hidden = hidden === all;
}

/** A section says what the filters hide in it: nothing goes away unsaid.
 * @param {HTMLElement} note */
function countFiltered(note) {
  const section = note.closest("section");
  const hidden = section?.querySelectorAll("tr[hidden], article[hidden], figure[hidden], .album[hidden]").length ?? 0;
  note.textContent = hidden ? `${hidden} hidden by the filters` : "";
}
