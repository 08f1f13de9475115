// Groups of charts: of long galleries only some are open at first. A filter of tags opens what it
// leaves, a button opens all, and paper shows everything.

const MOST_OPENED = 24; // charts that a filter opens

/** Put a button above the groups of a section where some are closed.
 * @param {() => void} settled after groups were opened or closed */
function attachGroups(settled) {
  const sections = new Set([...document.querySelectorAll("details.group:not([open])")].map((group) => group.closest("section")));
  for (const section of sections) {
    const groups = groupsOf(section);
    const button = create("button", "quiet", "");
    button.type = "button";
    const say = () => (button.textContent = groups.every((group) => group.open) ? "Close all groups" : "Open all groups");
    button.addEventListener("click", () => {
      const open = !groups.every((group) => group.open);
      for (const group of groups) group.open = open;
      settled();
    });
    for (const group of groups) group.addEventListener("toggle", say);
    say();
    const bar = create("div", "table-bar");
    bar.append(button);
    groups[0].before(bar);
  }
}

/** @param {Element | Document | null} root @returns {HTMLDetailsElement[]} */
function groupsOf(root) {
  return /** @type {HTMLDetailsElement[]} */ ([...root?.querySelectorAll("details.group") ?? []]);
}

/** Open the groups in which a filter of tags leaves a few charts; without one they are as before.
 * @param {string} tags the filter */
function openFiltered(tags) {
  for (const group of groupsOf(document)) {
    const shown = group.querySelectorAll("figure:not([hidden])").length;
    if (tags === "" && group.dataset.opened) {
      group.open = false;
      delete group.dataset.opened;
    } else if (tags !== "" && !group.open && shown > 0 && shown <= MOST_OPENED) {
      group.open = true;
      group.dataset.opened = "filter";
    }
  }
}

/** Open everything for paper, and close it again. Not every browser prints what is closed. */
function unfoldForPaper() {
  /** @type {HTMLDetailsElement[]} */
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("main details:not([open]):not(.tools)")].map(
      (found) => /** @type {HTMLDetailsElement} */ (found));
    for (const found of closed) found.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const found of closed) found.open = false;
  });
}
