// Starts the page. The other files only declare; the page's one script is all of them, this last.

const SETTLE = 60; // ms without a change before charts are redrawn: a slider fires at every pixel
const MOST_A_SECOND = 5; // changes of the address
const NARROW = "(max-width: 900px)";

async function start() {
  const manifest = await readManifest();
  const figures = /** @type {HTMLElement[]} */ ([
    ...document.querySelectorAll("figure[data-chart]"),
  ]);
  const hash = readHash(location.hash);
  let { anchor } = hash;
  let view = hash.view ?? startingView();
  let settling = 0;
  const note = sparingly(() => remember(anchor, view));

  const { draw, erase, columns } = createDrawing(manifest, () => view, change);
  const charts = drawLazily(figures, (figure) => draw(figure).catch(console.error), erase);
  const showControls = attachControls(manifest, () => view, change);
  const showHeld = attachHeld(manifest, columns, change);

  /** @param {Partial<View>} changes */
  function change(changes) {
    view = { ...view, ...changes };
    note();
    if (Object.keys(changes).every((name) => name === "step" || name === "against")) hold();
    else show();
  }

  function hold() {
    holdCursors(view.step);
    void showHeld(view);
  }

  function show() {
    applyTheme(view.theme);
    placePins(view.pins);
    applyFilters(manifest, view, figures);
    openFiltered(view.tags);
    showControls(view);
    void showHeld(view);
    clearTimeout(settling);
    settling = setTimeout(charts.again, SETTLE);
  }

  window.addEventListener("hashchange", () => {
    const next = readHash(location.hash);
    anchor = next.anchor;
    if (next.view) {
      view = next.view;
      show();
    } else remember(anchor, view);
    reveal(anchor);
  });
  window.addEventListener("resize", show);
  window.addEventListener("scroll", hideCursors, { passive: true });
  window.addEventListener("scroll", debounced(() => holdCursors(view.step)), { passive: true });
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && view.step !== null && !isTyping(event)) change({ step: null });
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
  printInLight(() => view, charts.now);
  unfoldForPaper();
  foldControls();
  attachGroups(show);
  attachBrush(manifest);
  attachTables();
  attachExhibits();
  followReading();
  show();
  if (hash.view) reveal(anchor);
}

/** Put the view in the address; some frames forbid it.
 * @param {string} anchor @param {View} view */
function remember(anchor, view) {
  try {
    history.replaceState(null, "", writeHash(anchor, view));
  } catch {
    // The page works without.
  }
}

/** Go to an anchor, opening the group it stands in.
 * @param {string} anchor */
function reveal(anchor) {
  const target = anchor && document.getElementById(anchor);
  if (!target) return;
  for (let around = target.closest("details"); around; around = around.parentElement?.closest("details") ?? null)
    around.open = true;
  target.scrollIntoView();
}

/** Once, when the calls have settled.
 * @param {() => void} act */
function debounced(act) {
  let waiting = 0;
  return () => {
    clearTimeout(waiting);
    waiting = setTimeout(act, SETTLE);
  };
}

/** At once, but for a slider that is drawn: of its many calls some, and the last. Browsers refuse an
 * address that changes at every pixel.
 * @param {() => void} act */
function sparingly(act) {
  let recent = 0;
  const later = debounced(act);
  return () => {
    if (recent < MOST_A_SECOND) act();
    else later();
    recent += 1;
    setTimeout(() => (recent -= 1), 1000);
  };
}

/** Paper is white: drawn charts are redrawn in the light theme for it.
 * @param {() => View} current @param {() => void} redraw */
function printInLight(current, redraw) {
  window.addEventListener("beforeprint", () => {
    applyTheme("light");
    redraw();
  });
  window.addEventListener("afterprint", () => {
    applyTheme(current().theme);
    redraw();
  });
}

/** On a narrow screen the controls are folded away, on a wide one always open. */
function foldControls() {
  const controls = /** @type {HTMLDetailsElement} */ (element("settings"));
  const narrow = matchMedia(NARROW);
  const fold = () => (controls.open = !narrow.matches);
  narrow.addEventListener("change", fold);
  fold();
}

void start();
