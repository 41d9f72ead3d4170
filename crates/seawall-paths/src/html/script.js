"use strict";
(() => {
  const root = document.documentElement;
  const box = document.getElementById("filter");
  const count = document.getElementById("count");
  const links = [...document.querySelectorAll("nav a")];
  const article = (link) => document.getElementById(link.hash.slice(1));
  const text = new Map(links.map((link) => [link, article(link).textContent.toLowerCase()]));
  root.classList.add("scripted");

  const choose = (link, focus) => {
    for (const other of links) {
      other.removeAttribute("aria-current");
      article(other).classList.toggle("on", other === link);
    }
    if (!link) return;
    link.setAttribute("aria-current", "true");
    link.scrollIntoView({ block: "nearest" });
    if (focus) link.focus({ preventScroll: true });
  };

  // A step: opened, marked, and its card with it.
  const open = (step) => {
    const path = step.closest("article");
    for (const other of path.querySelectorAll("details.on, .card.on")) other.classList.remove("on");
    step.open = true;
    step.classList.add("on");
    for (const card of path.querySelectorAll(".card")) card.classList.toggle("on", card.getAttribute("href") === "#" + step.id);
    step.scrollIntoView({ block: "nearest" });
  };

  // The overview is no path: no filter hides it.
  const entry = (link) => link.closest("li");
  const visible = () => links.filter((link) => !entry(link) || !entry(link).hidden);

  const follow = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    const path = target && target.closest("article");
    const link = path && links.find((link) => link.hash === "#" + path.id);
    choose(link || visible()[0], false);
    if (target && target.matches("details")) open(target);
  };

  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const link of links.filter(entry)) entry(link).hidden = !words.every((word) => text.get(link).includes(word));
    for (const section of document.querySelectorAll("nav details")) {
      section.hidden = !section.querySelector("li:not([hidden])");
    }
    const shown = visible().filter(entry);
    count.textContent = words.length ? shown.length + " of " + links.filter(entry).length : "";
    const current = links.find((link) => link.hasAttribute("aria-current"));
    if (words.length && !shown.includes(current)) choose(shown[0], false);
  });

  for (const button of document.querySelectorAll("[data-filter]")) {
    button.addEventListener("click", () => {
      box.value = button.dataset.filter;
      box.dispatchEvent(new Event("input"));
      box.focus();
    });
  }

  for (const summary of document.querySelectorAll(".steps summary")) {
    summary.addEventListener("click", () => {
      const step = summary.parentElement;
      if (!step.open) setTimeout(() => open(step));
    });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href^='#']");
    if (!link) return;
    const target = document.getElementById(link.getAttribute("href").slice(1));
    if (target && target.matches("details")) {
      event.preventDefault();
      history.replaceState(null, "", "#" + target.id);
      open(target);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/" && event.target !== box) {
      event.preventDefault();
      box.focus();
    } else if (event.key === "Escape" && event.target === box) {
      box.value = "";
      box.dispatchEvent(new Event("input"));
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (event.target === box || event.target.closest("nav"))) {
      const shown = visible();
      const at = shown.findIndex((link) => link.hasAttribute("aria-current"));
      const next = shown[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (!next) return;
      event.preventDefault();
      choose(next, event.target !== box);
    }
  });

  window.addEventListener("hashchange", follow);
  follow();
})();
