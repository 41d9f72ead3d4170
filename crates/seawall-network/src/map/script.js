"use strict";
(() => {
  const svg = document.querySelector("svg.map");
  const box = document.getElementById("filter");
  const side = document.getElementById("side");
  const nodes = new Map([...svg.querySelectorAll("[data-id]")].map((node) => [node.dataset.id, node]));
  const arrows = [...svg.querySelectorAll("[data-from]")];
  const inside = (id) => [...nodes.values()].filter((node) => node.dataset.in === id).map((node) => node.dataset.id);
  const title = (node) => node.querySelector("title").textContent;
  let pinned = null;

  // What belongs to a vertex: itself, its namespace or its cards, and the arrows of any of them.
  const around = (id) => {
    const own = new Set([id, ...inside(id)]);
    const home = nodes.get(id).dataset.in;
    if (home) own.add(home);
    const touching = arrows.filter((arrow) => own.has(arrow.dataset.from) || own.has(arrow.dataset.to));
    const all = new Set(own);
    for (const arrow of touching) {
      for (const end of [arrow.dataset.from, arrow.dataset.to]) {
        all.add(end);
        for (const child of inside(end)) if (!own.has(end)) all.add(child);
        const parent = nodes.get(end) && nodes.get(end).dataset.in;
        if (parent) all.add(parent);
      }
    }
    return [all, touching, own];
  };

  const line = (parent, kind, words) => {
    const element = document.createElement(kind);
    element.textContent = words;
    parent.append(element);
  };

  const describe = (id, touching, own) => {
    side.replaceChildren();
    const home = nodes.get(id).dataset.in;
    const parts = title(nodes.get(id)).split("\n").concat(home ? title(nodes.get(home)).split("\n") : []);
    for (const part of parts) line(side, "p", part);
    const name = (end) => (nodes.has(end) ? title(nodes.get(end)).split("\n")[0] : end);
    for (const arrow of touching) {
      const out = own.has(arrow.dataset.from);
      line(side, "p", (out ? "→ " + name(arrow.dataset.to) : "← " + name(arrow.dataset.from)) + " · " + title(arrow));
    }
  };

  const show = (id) => {
    if (!id) {
      svg.classList.remove("focused");
      return;
    }
    const [all, touching, own] = around(id);
    svg.classList.add("focused");
    nodes.forEach((node, key) => node.classList.toggle("on", all.has(key)));
    arrows.forEach((arrow) => arrow.classList.toggle("on", touching.includes(arrow)));
    describe(id, touching, own);
  };

  for (const [id, node] of nodes) {
    node.addEventListener("mouseenter", () => pinned || show(id));
    node.addEventListener("mouseleave", () => pinned || show(null));
    node.addEventListener("focus", () => pinned || show(id));
    const pin = (event) => {
      event.stopPropagation();
      pinned = pinned === id ? null : id;
      show(pinned);
    };
    node.addEventListener("click", pin);
    node.addEventListener("keydown", (event) => event.key === "Enter" && pin(event));
  }
  document.addEventListener("click", (event) => {
    if (side.contains(event.target) || box.contains(event.target)) return;
    pinned = null;
    show(null);
  });
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    svg.classList.toggle("filtered", words.length > 0);
    for (const node of nodes.values()) {
      const text = (title(node) + " " + node.textContent).toLowerCase();
      node.classList.toggle("match", words.every((word) => text.includes(word)));
    }
  });
})();
