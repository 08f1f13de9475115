// The table of contents marks the section that is being read.

function followReading() {
  const links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("#contents a")]);
  const byId = new Map(links.map((link) => [decode(link.hash.slice(1)), link]));
  const inView = new Set();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries)
        if (isIntersecting) inView.add(target.id);
        else inView.delete(target.id);
      const first = [...byId.keys()].find((id) => inView.has(id));
      for (const [id, link] of byId)
        if (id === first) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
    },
    { rootMargin: "-10% 0px -70% 0px" },
  );
  for (const id of byId.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }
}
