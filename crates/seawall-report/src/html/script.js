"use strict";
(() => {
  const STEP = 100;
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const text = byId("text"), list = byId("list"), more = byId("more"), count = byId("count");
  const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, ",");
  const plural = (n, word) => number(n) + " " + word + (n === 1 ? "" : "s");

  // Elements and texts are made one by one: nothing in the data can become markup.
  const make = (tag, attributes, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) element.setAttribute(name, value);
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  };
  // What stands in backticks as code; a text with one backtick too many stays as it is.
  const prose = (sentence) => {
    const parts = sentence.split("`");
    if (parts.length % 2 === 0) return [sentence];
    return parts.map((part, at) => (at % 2 ? make("code", null, part) : part)).filter((part) => part !== "");
  };

  const groups = data.groups.map((group, number) => {
    const checks = group.findings.map((finding) => data.checks[finding.check]);
    const object = group.kind + "/" + (group.namespace === null ? "" : group.namespace + "/") + group.name;
    const place = group.file + (group.line === null ? "" : ":" + group.line);
    const words = [object, place, group.severity, group.excerpt];
    for (const finding of group.findings) words.push(finding.message, finding.waiver || "", ...(finding.with || []));
    for (const check of checks) words.push(check.id, check.pillar, check.title, ...check.frameworks);
    return {
      ...group, number, checks, object, place,
      id: "f-" + group.findings[0].fingerprint,
      rank: SEVERITIES.indexOf(group.severity),
      state: group.findings[0].waiver ? "waived" : data.state,
      words: words.join(" ").toLowerCase(),
      severities: new Set(group.findings.map((finding) => finding.severity)),
      pillars: new Set(checks.map((check) => check.pillar)),
      areas: new Set(checks.map((check) => check.area)),
    };
  });

  const NO_NAMESPACE = "\u0000";
  const namespaceOf = (group) => (group.namespace === null ? NO_NAMESPACE : group.namespace);
  const fill = (id, all, values, name) => {
    const select = byId(id);
    if (all) select.append(make("option", { value: "" }, all));
    for (const value of values) {
      const option = make("option", null, name ? name(value) : value);
      option.value = value;
      select.append(option);
    }
  };
  const sorted = (values) => [...new Set(values)].sort();
  fill("area", "all", sorted(groups.flatMap((group) => [...group.areas])));
  fill("namespace", "all", sorted(groups.map(namespaceOf)), (value) => (value === NO_NAMESPACE ? "(none)" : value));
  fill("state", "all", sorted(groups.map((group) => group.state)));
  const ORDERS = {
    severity: (a, b) => (a.state === "waived") - (b.state === "waived") || a.rank - b.rank || a.number - b.number,
    object: (a, b) => (a.object < b.object ? -1 : a.object > b.object ? 1 : a.rank - b.rank),
    place: (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : (a.line || 0) - (b.line || 0)),
    check: (a, b) => (a.checks[0].id < b.checks[0].id ? -1 : a.checks[0].id > b.checks[0].id ? 1 : a.number - b.number),
  };
  fill("order", null, Object.keys(ORDERS));

  let shown = [];
  const pressed = (name) => [...document.querySelectorAll("[data-" + name + "][aria-pressed=true]")].map((b) => b.dataset[name]);
  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const [area, namespace, state] = ["area", "namespace", "state"].map((id) => byId(id).value);
    const pillars = pressed("pillar"), severities = pressed("severity");
    shown = groups.filter((group) =>
      (!severities.length || severities.some((severity) => group.severities.has(severity))) &&
      (!pillars.length || pillars.some((pillar) => group.pillars.has(pillar))) &&
      (!area || group.areas.has(area)) &&
      (!byId("namespace").selectedIndex || namespaceOf(group) === namespace) &&
      (!state || group.state === state) &&
      words.every((word) => group.words.includes(word)));
    shown.sort(ORDERS[byId("order").value]);
    list.replaceChildren();
    grow();
    const findings = shown.reduce((sum, group) => sum + group.findings.length, 0);
    const all = shown.length === groups.length ? "" : " of " + number(groups.length);
    count.textContent = groups.length ? number(shown.length) + all + (groups.length === 1 ? " cause" : " causes") + ", " + plural(findings, "finding") : "";
    if (!shown.length) {
      list.append(make("li", { class: "note" }, groups.length ? "Nothing fits this filter." : "Nothing was found in what was evaluated."));
    }
  };

  const grow = (atLeast) => {
    const from = list.children.length;
    const to = Math.max(from + STEP, atLeast || 0);
    list.append(...shown.slice(from, to).map(row));
    const rest = Math.max(shown.length - to, 0);
    more.hidden = rest === 0;
    more.textContent = "Show " + number(Math.min(STEP, rest)) + " more of " + number(rest);
    return list.children[from];
  };

  const badge = (severity) => make("span", { class: "badge " + severity }, severity);
  const row = (group) => {
    const first = group.findings[0];
    const others = group.findings.length - 1;
    const summary = make("summary", null,
      badge(group.severity),
      make("span", { class: "what" }, ...prose(first.message)),
      make("span", { class: "tags" },
        others ? make("span", { class: "tag" }, "+" + others + " with this cause") : null,
        group.state === "open" ? null : make("span", { class: "tag" }, group.state)),
      make("span", { class: "where" }, group.object, " · ", group.place, " · ", [...group.pillars].join(", ")));
    const details = make("details", { class: "row " + group.state, id: group.id }, summary);
    details.addEventListener("toggle", () => {
      if (details.open && details.children.length === 1) details.append(body(group));
    });
    return make("li", null, details);
  };

  const pre = (lines, label, kind) => {
    const block = make("pre", { tabindex: "0", role: "region", "aria-label": label });
    if (kind) block.className = kind;
    lines.forEach((line, at) => {
      const end = at + 1 < lines.length ? "\n" : "";
      block.append(/^ *\| +[\^-]/.test(line) && !kind ? make("span", { class: "mark" }, line + end) : line + end);
    });
    return block;
  };

  const body = (group) => {
    const box = make("div", { class: "body" });
    box.append(make("h3", null, "Evidence"), pre(group.excerpt.replace(/\n+$/, "").split("\n"), "excerpt"));
    if (group.fix) {
      box.append(make("h3", null, "Fix, risk " + group.fix.risk), pre(group.fix.lines, "fix", "fix"));
    }
    box.append(make("h3", null, group.findings.length === 1 ? "Finding" : plural(group.findings.length, "finding") + " with this cause"));
    for (const finding of group.findings) box.append(told(finding));
    const links = make("div", { class: "links" }, make("a", { href: "#" + group.id }, "Link to this row"));
    const same = make("button", { type: "button" }, "All of this object");
    same.addEventListener("click", () => ask(group.object));
    links.append(same);
    box.append(links);
    return box;
  };

  const labelled = (label, sentence) => make("p", null, make("b", { class: "label" }, label), ...prose(sentence));
  const told = (finding) => {
    const check = data.checks[finding.check];
    const box = make("div", { class: "finding" },
      make("p", null, badge(finding.severity), " ", make("span", { class: "id" }, check.id), " ", ...prose(finding.message)));
    if (finding.waiver) box.append(labelled("waived", finding.waiver));
    if (finding.confidence) box.append(labelled("confidence", finding.confidence));
    box.append(labelled("why", check.why), labelled("help", check.help));
    if (finding.with) {
      box.append(make("p", null, make("b", { class: "label" }, "with"),
        ...finding.with.flatMap((object, at) => [at ? " " : "", make("code", null, object)])));
    }
    if (check.attack || check.references.length) {
      const about = make("details", null, make("summary", null, "How an attacker uses it, and where to read more"));
      if (check.attack) about.append(make("p", null, ...prose(check.attack)));
      about.append(make("ul", null, ...check.references.map((reference) => make("li", null, ...prose(reference)))));
      box.append(about);
    }
    const links = make("div", { class: "links" });
    for (const word of [check.id, ...check.frameworks]) {
      const button = make("button", { type: "button", title: "all findings with " + word }, word);
      button.addEventListener("click", () => ask(word));
      links.append(button);
    }
    box.append(links, make("p", { class: "soft" }, "fingerprint ", make("code", null, finding.fingerprint)));
    return box;
  };

  const reset = () => {
    text.value = "";
    for (const select of document.querySelectorAll("select")) select.selectedIndex = 0;
    for (const button of document.querySelectorAll("[aria-pressed]")) button.setAttribute("aria-pressed", "false");
  };
  const ask = (words) => {
    reset();
    text.value = words;
    filter();
    text.focus();
    text.scrollIntoView({ block: "center" });
  };

  text.addEventListener("input", filter);
  for (const select of document.querySelectorAll("select")) select.addEventListener("change", filter);
  for (const button of document.querySelectorAll("[aria-pressed]")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      filter();
    });
  }
  byId("reset").addEventListener("click", () => { reset(); filter(); text.focus(); });
  more.addEventListener("click", () => grow().querySelector("summary").focus());

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target;
    const rows = () => [...list.querySelectorAll(".row > summary")];
    if (event.key === "/" && !target.matches("input, select")) {
      event.preventDefault();
      text.focus();
    } else if (event.key === "Escape" && target === text) {
      text.value = "";
      filter();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && (target === text || target.matches(".row > summary"))) {
      const all = rows();
      const at = target === text ? -1 : all.indexOf(target);
      const next = event.key === "ArrowDown" ? all[at + 1] : at === 0 ? text : all[at - 1];
      if (!next) return;
      event.preventDefault();
      next.focus();
    }
  });

  // A link to a row: shown whatever is filtered, and opened.
  const follow = () => {
    const id = decodeURIComponent(location.hash.slice(1));
    if (!id.startsWith("f-")) return;
    let at = shown.findIndex((group) => group.id === id);
    if (at < 0) {
      reset();
      filter();
      at = shown.findIndex((group) => group.id === id);
    }
    if (at < 0) return;
    if (at >= list.children.length) grow(at + 1);
    const target = byId(id);
    target.open = true;
    target.scrollIntoView({ block: "start" });
    target.firstElementChild.focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", follow);

  const section = (id, title, items, all) => {
    if (!items.length) return;
    const box = byId(id);
    box.hidden = false;
    box.querySelector("h2").textContent = title + ": " + number(all);
    const lines = box.querySelector("ul");
    const next = (from) => {
      lines.append(...items.slice(from, from + STEP).map((item) => make("li", null, ...prose(item))));
      const rest = items.length - from - STEP;
      if (rest <= 0) return;
      const button = make("button", { type: "button" }, "Show " + number(Math.min(STEP, rest)) + " more of " + number(rest));
      button.addEventListener("click", () => { button.parentElement.remove(); next(from + STEP); });
      lines.append(make("li", null, button));
    };
    next(0);
  };
  section("gaps", "Not evaluated", data.gaps, data.not_evaluated);
  section("problems", "Problems", data.problems.map((problem) => problem.text), data.problems.length);

  filter();
  follow();
})();
